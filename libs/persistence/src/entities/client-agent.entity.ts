// A tracking client's agent, which takes trials as a node with one slot. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { NodeEntity } from './node.entity.js';
import { SweepEntity } from './sweep.entity.js';

/** A tracking client's agent, which takes trials as a node with one slot. */
@Entity('client_agent')
@Index('client_agent_by_sweep', ['sweepId'])
@Index('client_agent_by_node', ['nodeId'])
export class ClientAgentEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'client_agent_pkey' })
  id!: string;

  @ForeignKey(() => SweepEntity, { name: 'client_agent_sweep_id_fkey' })
  @Column({ type: 'text', name: 'sweep_id' })
  sweepId!: string;

  @ForeignKey(() => NodeEntity, { name: 'client_agent_node_id_fkey' })
  @Column({ type: 'text', name: 'node_id' })
  nodeId!: string;

  @Column({ type: 'text' })
  host!: string;

  @Column({ type: 'text', name: 'seen_run_id', nullable: true })
  seenRunId!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'heartbeat_at' })
  heartbeatAt!: Date;
}
