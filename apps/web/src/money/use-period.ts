/** What a cost page counts, kept by the address: days, and one sweep, pool or outcome. */
import { useSearch } from '@tanstack/react-router';
import type { CostChoice } from '../api/use-costs.js';
import { useNow } from '../app/use-now.js';
import { monthOf } from './period.js';
import type { Period } from './period.js';

/** The period of the address; the running month without one. */
export function usePeriod(): Period {
  const { from, to } = useSearch({ strict: false });
  const month = monthOf(useNow(60_000));
  return { from: from ?? month.from, to: to ?? month.to };
}

/** The choice of the address. */
export function useChoice(): CostChoice & Period {
  const { sweep, pool, outcome } = useSearch({ strict: false });
  const period = usePeriod();
  return {
    ...period,
    ...(sweep === undefined ? {} : { sweep }),
    ...(pool === undefined ? {} : { pool }),
    ...(outcome === undefined ? {} : { class: outcome }),
  };
}
