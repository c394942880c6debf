/** Pause, resume, stop and cancel. What cannot be taken back asks first and says what it ends. */
import { useState } from 'react';
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { canMoveSweep } from '@swath/contracts/states';
import type { SweepState, SweepView } from '@swath/contracts';
import { useControl } from '../api/use-control.js';
import type { SweepAction } from '../api/use-control.js';
import { useMay } from '../api/session.js';
import { formatCount, formatMoney } from '../format/numbers.js';

const leadsTo: Readonly<Record<SweepAction, SweepState>> = {
  pause: 'paused',
  resume: 'running',
  stop: 'stopping',
  cancel: 'cancelling',
};

const words: Readonly<Record<SweepAction, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  cancel: 'Cancel',
};

/** The buttons that make sense in the sweep's state. */
export function SweepControls({ sweep }: { readonly sweep: SweepView }) {
  const control = useControl(sweep.id);
  const mayWrite = useMay('member');
  const [asking, setAsking] = useState<'stop' | 'cancel' | undefined>();
  if (!mayWrite) return <span className="muted">Read only: controls need the role member.</span>;
  const press = (action: SweepAction) => {
    if (action === 'stop' || action === 'cancel') setAsking(action);
    else control.mutate(action);
  };
  return (
    <div className="page-head">
      {(['pause', 'resume', 'stop', 'cancel'] as const)
        .filter((action) => canMoveSweep(sweep.state, leadsTo[action]))
        .map((action) => (
          <button
            key={action}
            type="button"
            className={action === 'cancel' ? 'button danger' : 'button'}
            disabled={control.isPending}
            onClick={() => press(action)}
          >
            {words[action]}
          </button>
        ))}
      {control.error === null ? null : (
        <span className="field-error" role="alert">
          {control.error.message}
        </span>
      )}
      <Confirm
        sweep={sweep}
        action={asking}
        onClose={() => setAsking(undefined)}
        onConfirm={(action) => control.mutate(action)}
      />
    </div>
  );
}

function Confirm({
  sweep,
  action,
  onClose,
  onConfirm,
}: {
  readonly sweep: SweepView;
  readonly action: 'stop' | 'cancel' | undefined;
  readonly onClose: () => void;
  readonly onConfirm: (action: SweepAction) => void;
}) {
  const { running = 0, queued = 0 } = sweep.trials.byState;
  const effect =
    action === 'cancel'
      ? `${formatCount(running)} running and ${formatCount(queued)} waiting trials end now`
      : `Nothing new starts; ${formatCount(running)} running trials may end by themselves`;
  const confirm = () => {
    if (action !== undefined) onConfirm(action);
    onClose();
  };
  return (
    <AlertDialog.Root open={action !== undefined} onOpenChange={(open) => (open ? undefined : onClose())}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title>
            {action === 'cancel' ? 'Cancel' : 'Stop'} {sweep.name}?
          </AlertDialog.Title>
          <AlertDialog.Description>
            {effect} ({formatMoney(sweep.cost)} spent so far). This cannot be taken back.
          </AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Close className="button">Keep it running</AlertDialog.Close>
            <button type="button" className="button danger" onClick={confirm}>
              {action === 'cancel' ? 'Cancel the sweep' : 'Stop the sweep'}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
