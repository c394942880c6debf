export { amountOf, costOf, gpuTimeOf, type Use } from './price.js';
export { planHold, type HoldAmount, type HoldBudget, type HoldPlan, type HoldRequest } from './hold.js';
export { focusColumns, focusRow, type Charge, type FocusRow } from './focus.js';
export { settle, type AccountKind, type Held, type Settlement, type Transfer } from './settle.js';
