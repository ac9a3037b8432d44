/** The scope of a server, from variables that the construct set. A server whose scope is broken does not start. */
export class SettingError extends Error {
  public constructor(variable: string, allowed: string) {
    super(`${variable} must be ${allowed}. It is set by the AgentTool factories of cdk-bedrock-managed-agents.`);
    this.name = 'SettingError';
  }
}

export class Settings {
  public text(variable: string): string {
    const value = process.env[variable];
    if (!value) throw new SettingError(variable, 'set');
    return value;
  }

  /** An absent list is an empty one: nothing is in scope. */
  public list(variable: string, separator = ','): readonly string[] {
    return (process.env[variable] ?? '').split(separator).filter((entry) => entry !== '');
  }

  public wholeNumber(variable: string, min: number, max: number): number {
    const value = Number(this.text(variable));
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new SettingError(variable, `a whole number from ${min} to ${max}`);
    }
    return value;
  }

  public oneOf<T extends string>(variable: string, allowed: readonly T[]): T {
    const value = this.text(variable);
    const known = allowed.find((entry) => entry === value);
    if (known === undefined) throw new SettingError(variable, `one of ${allowed.join(', ')}`);
    return known;
  }
}
