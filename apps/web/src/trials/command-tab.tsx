/** The exact command of the trial, to run it by hand, and the whole of its parameters. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { TrialView } from '@swath/contracts';
import { commandQuery } from '../api/use-trial-parts.js';
import { Loaded, Panel } from '../app/views.js';

/** The tab. */
export function CommandTab({ trial }: { readonly trial: TrialView }) {
  const command = useQuery(commandQuery(trial.id));
  return (
    <div className="panels">
      <Loaded query={command}>
        {({ shell, env }) => (
          <Panel title="Command" aside={<Copy text={shell} />}>
            <pre className="text-block">{shell}</pre>
            {Object.keys(env).length === 0 ? null : (
              <pre className="text-block">{JSON.stringify(env, null, 2)}</pre>
            )}
          </Panel>
        )}
      </Loaded>
      <Panel title="Parameters as JSON" aside={<Copy text={JSON.stringify(trial.parameters, null, 2)} />}>
        <pre className="text-block">{JSON.stringify(trial.parameters, null, 2)}</pre>
      </Panel>
    </div>
  );
}

function Copy({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <button type="button" className="button small" onClick={copy}>
      {isCopied ? 'Copied' : 'Copy'}
    </button>
  );
}
