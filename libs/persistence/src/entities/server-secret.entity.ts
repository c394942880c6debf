// A secret of the installation. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A secret of the installation. */
@Entity('server_secret')
export class ServerSecretEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'server_secret_pkey' })
  name!: string;

  @Column({ type: 'bytea' })
  value!: Buffer;
}
