/** Fills placeholders of answers and file contents. Commands are never filled: a message must not become shell. */

export type StepOutputs = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

export function interpolate(template: string, input: string, turn: number, outputs: StepOutputs): string {
  return template.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (whole, name: string) => {
    if (name === 'input') return input;
    if (name === 'turn') return String(turn);
    const step = /^steps\.([\w-]+)\.(\w+)$/.exec(name);
    const value = step === null ? undefined : outputs.get(step[1])?.[step[2]];
    if (value === undefined) return step === null ? whole : '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
