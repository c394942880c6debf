/**
 * Creates the namespace and the search attribute on a server that lacks them. The orchestrator does it before it polls; doing it
 * again changes nothing.
 */
import { status } from '@grpc/grpc-js';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { msToTs } from '@temporalio/common/lib/time.js';
import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import type { ControlClient } from './client.js';
import { sweepIdAttribute } from './names.js';

/** How long closed workflows stay visible. Short: visibility keeps 74 indexes, and PostgreSQL keeps what matters. */
const RETENTION = '3 days';

/**
 * Ensures that the namespace and its search attribute exist.
 *
 * @throws the server's error when it cannot be reached, or has not yet noticed a namespace that is seconds old: try again
 */
export async function ensureNamespace({ client, connection }: ControlClient): Promise<void> {
  const { namespace } = client.options;
  await registerNamespace(connection, namespace);
  await addSearchAttribute(connection, namespace);
}

async function registerNamespace({ workflowService }: Connection, namespace: string): Promise<void> {
  const known = await workflowService.describeNamespace({ namespace }).catch(unless(status.NOT_FOUND));
  if (known !== undefined) return;
  await workflowService
    .registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(RETENTION),
    })
    .catch(unless(status.ALREADY_EXISTS));
}

async function addSearchAttribute({ operatorService }: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  if (sweepIdAttribute.name in (customAttributes ?? {})) return;
  const type = encodeSearchAttributeIndexedValueType(sweepIdAttribute.type);
  if (type === undefined) throw new TypeError(`No indexed type ${sweepIdAttribute.type}`);
  await operatorService
    .addSearchAttributes({ namespace, searchAttributes: { [sweepIdAttribute.name]: type } })
    .catch(unless(status.ALREADY_EXISTS));
}

/** Turns one expected status into `undefined`; everything else stays an error. */
function unless(expected: status): (error: unknown) => undefined {
  return (error) => {
    if (isGrpcServiceError(error) && error.code === expected) return undefined;
    throw error;
  };
}
