/** Puts the GraphQL objects together; `wire-context.ts` says why they do not know each other. */
import { artifactNodeById } from './artifact-nodes.js';
import { artifactsOfRun } from './artifact-lists.js';
import { projectNode } from './project-node.js';
import { runNode } from './run-node.js';
import { sweepNode } from './sweep-node.js';
import type { WireNodes } from './wire-context.js';

/** The makers of every object. */
export const wireNodes: WireNodes = {
  run: runNode,
  project: projectNode,
  sweep: sweepNode,
  artifact: artifactNodeById,
  artifactsOfRun,
};
