/** The environment variables that the construct sets. No value is a secret. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable the construct always sets. */
export function setting(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`The environment variable ${name} is not set: deploy the function with TurnWorkflow`);
  return value;
}

export function numberSetting(environment: Environment, name: string): number {
  const value = Number(setting(environment, name));
  if (!Number.isFinite(value)) throw new Error(`The environment variable ${name} is not a number`);
  return value;
}
