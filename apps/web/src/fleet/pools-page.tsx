/** Is the hardware busy, is it well, and why does a trial wait: pools, their nodes with every slot, and their queue. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sweepIdOfTrial } from '@swath/contracts/states';
import type { NodeView, PoolView } from '@swath/contracts';
import { nodesQuery, poolsQuery } from '../api/use-fleet.js';
import { useNodeControl } from '../api/use-node-control.js';
import { useMay } from '../api/session.js';
import { useProject } from '../app/layout.js';
import { StateMark } from '../app/state-mark.js';
import { useTitle } from '../app/use-title.js';
import { Ago, Empty, Loaded, Panel } from '../app/views.js';
import { formatCount, formatMoney } from '../format/numbers.js';
import { QueueTable } from './queue-table.js';
import './fleet.css';

/** The page. */
export function PoolsPage() {
  useTitle('Pools and nodes');
  const pools = useQuery(poolsQuery);
  const nodes = useQuery(nodesQuery);
  return (
    <>
      <h1>Pools and nodes</h1>
      <Loaded query={pools}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="There is no pool yet">
              <p>
                An agent makes its own: <code>swath agent start --pool local</code>
              </p>
            </Empty>
          ) : (
            data.map((pool) => <Pool key={pool.id} pool={pool} nodes={nodes.data?.data ?? []} />)
          )
        }
      </Loaded>
    </>
  );
}

function Pool({ pool, nodes }: { readonly pool: PoolView; readonly nodes: readonly NodeView[] }) {
  const own = nodes.filter((node) => node.pool === pool.name);
  return (
    <Panel title={pool.name}>
      <p className="headline">
        {formatCount(pool.busySlots)} of {formatCount(pool.slots)} slots busy on {formatCount(pool.nodes)}{' '}
        nodes, {formatCount(pool.queued)} waiting,{' '}
        {pool.pricePerSlotHour === null
          ? 'no price'
          : `${formatMoney(pool.pricePerSlotHour)} a slot and hour`}
        .
      </p>
      {own.length === 0 ? (
        <Empty title="No node is in this pool">
          <p>
            Start one: <code>swath agent start --pool {pool.name}</code>
          </p>
        </Empty>
      ) : (
        <NodeTable nodes={own} />
      )}
      <QueueTable poolId={pool.id} />
    </Panel>
  );
}

function NodeTable({ nodes }: { readonly nodes: readonly NodeView[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Nodes">
      <table className="table">
        <thead>
          <tr>
            {['Node', 'State', 'Slots', 'Agent', 'Isolation', 'Seen', ''].map((name) => (
              <th key={name} scope="col">
                {name === '' ? <span className="visually-hidden">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.id}>
              <th scope="row">{node.name}</th>
              <td>
                <StateMark state={node.state} />
              </td>
              <td>
                <Slots node={node} />
              </td>
              <td>{node.agentVersion}</td>
              <td>{node.isolation}</td>
              <td>
                <Ago time={node.lastSeenAt} />
              </td>
              <td>
                <DrainButton node={node} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Slots({ node }: { readonly node: NodeView }) {
  const project = useProject();
  return (
    <ul className="slots">
      {node.slots.map((slot) => {
        const { trialId, index, model, memoryMiB, healthy } = slot;
        const title = `slot ${index}: ${model}, ${formatCount(memoryMiB)} MiB${healthy ? '' : ', not healthy'}`;
        if (trialId === null) {
          return (
            <li key={index} className={healthy ? 'slot' : 'slot slot-sick'} title={title}>
              {index} {healthy ? 'free' : 'sick'}
            </li>
          );
        }
        const number = trialId.slice(trialId.lastIndexOf('-') + 1);
        const params = { ...project, sweepId: sweepIdOfTrial(trialId), number };
        return (
          <li key={index} className="slot slot-busy" title={title}>
            {index}{' '}
            <Link to="/$team/$project/sweeps/$sweepId/trials/$number" params={params} preload={false}>
              #{number}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function DrainButton({ node }: { readonly node: NodeView }) {
  const control = useNodeControl(node.id);
  const may = useMay('admin');
  if (!may || node.state === 'offline') return null;
  const action = node.state === 'draining' ? 'undrain' : 'drain';
  return (
    <button
      type="button"
      className="button small"
      disabled={control.isPending}
      onClick={() => control.mutate(action)}
    >
      {action === 'drain' ? 'Drain' : 'Take back'} <span className="visually-hidden">{node.name}</span>
    </button>
  );
}
