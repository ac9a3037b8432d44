/**
 * A ledger in memory that understands the few expressions of the handlers. The tests on the local cloud use real
 * DynamoDB expressions.
 */
export class MemoryLedger {
  readonly items = new Map<string, Record<string, unknown>>();
  /** Runs before a change, to simulate a concurrent change. */
  before: (pk: string) => void = () => undefined;

  turn = (pk: string) => Promise.resolve({ ...this.items.get(pk) });
  session = this.turn;
  replacement = this.turn;
  slots = () => this.turn('slots');
  stop = () => this.turn('stop');
  refusal = () => this.turn('budget');

  change = (
    pk: string,
    {
      UpdateExpression = '',
      ConditionExpression,
      values = {},
      names = {},
    }: {
      UpdateExpression?: string;
      ConditionExpression?: string;
      values?: Readonly<Record<string, unknown>>;
      names?: Readonly<Record<string, string>>;
    },
  ): Promise<Record<string, unknown> | undefined> => {
    this.before(pk);
    const item = this.items.get(pk) ?? {};
    const name = (text: string) => (text === '#state' ? 'state' : (names[text] ?? text));
    const holds = (clause: string): boolean => {
      const text = clause.trim().replace(/^\((.*)\)$/, '$1');
      if (text.includes(' AND ')) return text.split(/ AND (?![^(]*\))/).every(holds);
      if (text.includes(' OR ')) return text.split(' OR ').some(holds);
      const exists = /^attribute_(not_)?exists\((\S+)\)$/.exec(text);
      if (exists) {
        const there = exists[2] === 'pk' ? this.items.has(pk) : name(exists[2]) in item;
        return there === (exists[1] === undefined);
      }
      const [left, operator, right] = text.split(' ');
      const value = item[name(left)];
      const other = values[right.slice(1)];
      return operator === '=' ? value === other : value !== undefined && (value as number) < (other as number);
    };
    if (ConditionExpression !== undefined && !holds(ConditionExpression)) return Promise.resolve(undefined);
    const next = { ...item };
    const set = /SET (.*?)(?= REMOVE |$)/.exec(UpdateExpression)?.[1] ?? '';
    for (const part of set.split(/, (?![^(]*\))/).filter(Boolean)) {
      const [left, right] = part.split(' = ');
      const kept = /if_not_exists\((\S+), :(\S+)\)/.exec(right);
      next[name(left)] = kept ? (item[name(kept[1])] ?? values[kept[2]]) : values[right.slice(1)];
    }
    const removed = /REMOVE (.*)$/.exec(UpdateExpression)?.[1] ?? '';
    for (const part of removed.split(', ').filter(Boolean)) delete next[name(part)];
    this.items.set(pk, next);
    return Promise.resolve(next);
  };

  remove = (pk: string, heldBy: string): Promise<boolean> => {
    this.before(pk);
    if (this.items.get(pk)?.['heldBy'] !== heldBy) return Promise.resolve(false);
    return Promise.resolve(this.items.delete(pk));
  };
}

export const aTurn = (name: string, sessionKey = name) => ({
  name,
  detail: {
    format: 'cdk-bedrock-managed-agents/turn-event/1' as const,
    agentName: 'reviewer',
    turn: { name, executionArn: `arn:aws:states:us-east-1:111122223333:execution:turns:${name}` },
    sessionKey,
    deduplicationKey: name,
    trigger: { type: 'direct', id: 'direct', source: 'test', time: '2026-11-27T12:00:00Z' },
  },
  turnPk: `turn#${name}`,
  sessionPk: `session#${sessionKey}`,
  deadlineSeconds: 60,
  approvalRequired: false,
  share: { attribute: 'holdersOfNoShare', slots: '1000' },
  expiresAt: '1',
});
