/** What was submitted, and what it means with every default filled in. */
import type { SweepDetail } from '@swath/contracts';
import { Panel } from '../app/views.js';

/** The tab. */
export function SpecTab({ sweep }: { readonly sweep: SweepDetail }) {
  return (
    <div className="panels">
      {sweep.specText === null ? null : (
        <Panel title="As submitted">
          <pre className="text-block">{sweep.specText}</pre>
        </Panel>
      )}
      <Panel title="Resolved, with defaults">
        <pre className="text-block">{JSON.stringify(sweep.spec, null, 2)}</pre>
      </Panel>
    </div>
  );
}
