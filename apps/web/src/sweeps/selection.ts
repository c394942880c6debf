/** Which trials are ticked, as the URL keeps it: numbers joined by commas. Pure. */

/** Numbers in the `sel` parameter. */
export function selectedNumbers(sel: string | undefined): number[] {
  return (sel ?? '')
    .split(',')
    .map(Number)
    .filter((number) => Number.isInteger(number) && number > 0);
}
