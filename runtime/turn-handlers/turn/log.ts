/** One JSON line per event. Never a prompt, an output, a service message or a credential: names, ids and codes only. */
export function log(
  step: string,
  event: string,
  fields: Readonly<Record<string, string | number | boolean | undefined>> = {},
): void {
  console.log(JSON.stringify({ step, event, ...fields }));
}
