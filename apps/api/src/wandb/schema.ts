/** The executable schema: every type that a tracking client names. Values are plain objects whose methods are the resolvers. */
import { buildSchema } from 'graphql';
import { artifactSdl } from './schema/artifact.sdl.js';
import { baseSdl } from './schema/base.sdl.js';
import { runSdl } from './schema/run.sdl.js';

/** The schema; introspection is answered from it, because old clients ask for it. */
export const wandbSchema = buildSchema(baseSdl + runSdl + artifactSdl);
