/**
 * The ledger: actions are recorded before they run. Every write is conditional, so that a repeated step changes
 * nothing.
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { BUDGET_KEY, type BudgetRefusal } from '../../../lib/contracts/budget';
import { STOP_KEY, type RecordedStop } from '../../../lib/contracts/kill-switch';
import { type ReplacementItem, type SessionItem, SLOTS_KEY, type TurnItem } from '../../../lib/contracts/turn-ledger';
import { repeatable } from './aws-errors';

type Attributes = Record<string, AttributeValue>;
type Change = Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression'> & {
  /** A DynamoDB set is a Set of strings. */
  readonly values?: Readonly<Record<string, string | number | ReadonlySet<string>>>;
  /** Names of attributes that an expression can't contain directly, by their placeholders (`#share`). */
  readonly names?: Readonly<Record<string, string>>;
};

/** `state` is a reserved word of DynamoDB expressions; it is always written `#state`. */
const NAMES = { '#state': 'state' };

export class Ledger {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async turn(pk: string): Promise<Partial<TurnItem>> {
    return await this.get(pk);
  }

  async session(pk: string): Promise<Partial<SessionItem>> {
    return await this.get(pk);
  }

  async replacement(pk: string): Promise<Partial<ReplacementItem>> {
    return await this.get(pk);
  }

  async isOwnedByAnother(pk: string, conversation: string): Promise<boolean> {
    const { ownedBy } = await this.get(pk);
    return ownedBy !== undefined && ownedBy !== conversation;
  }

  /** @returns the whole item afterwards, or undefined if the condition was false */
  async change(
    pk: string,
    { values = {}, names = {}, ...expressions }: Change,
  ): Promise<Record<string, unknown> | undefined> {
    const text = `${expressions.UpdateExpression ?? ''} ${expressions.ConditionExpression ?? ''}`;
    const allNames = { ...(text.includes('#state') ? NAMES : {}), ...names };
    try {
      const { Attributes } = await this.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: { pk: { S: pk } },
          ...expressions,
          ...(Object.keys(allNames).length ? { ExpressionAttributeNames: allNames } : {}),
          ...(Object.keys(values).length
            ? {
                ExpressionAttributeValues: Object.fromEntries(
                  Object.entries(values).map(([name, value]) => [`:${name}`, toAttribute(value)]),
                ),
              }
            : {}),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return fromAttributes(Attributes ?? {});
    } catch (error) {
      if (isRefusedByCondition(error)) return undefined;
      throw error;
    }
  }

  /** @returns false if the item isn't held by `heldBy`; it is then unchanged */
  async remove(pk: string, heldBy: string): Promise<boolean> {
    try {
      await this.send(
        new DeleteItemCommand({
          TableName: this.table,
          Key: { pk: { S: pk } },
          ConditionExpression: 'heldBy = :me',
          ExpressionAttributeValues: { ':me': { S: heldBy } },
        }),
      );
      return true;
    } catch (error) {
      if (isRefusedByCondition(error)) return false;
      throw error;
    }
  }

  /** Expired conversations, oldest first, at most `limit`. */
  async expiredSessions(index: string, now: number, limit: number): Promise<Partial<SessionItem>[]> {
    const { Items } = await this.send(
      new QueryCommand({
        TableName: this.table,
        IndexName: index,
        KeyConditionExpression: 'kind = :kind AND deleteAfter < :now',
        ExpressionAttributeValues: { ':kind': { S: 'session' }, ':now': { N: String(now) } },
        Limit: limit,
      }),
    );
    return (Items ?? []).map(fromAttributes);
  }

  /** The stop of the agent, if it was stopped. */
  async stop(): Promise<Partial<RecordedStop>> {
    return await this.get(STOP_KEY);
  }

  /** Why new turns are refused, if a budget is used up. */
  async refusal(): Promise<Partial<BudgetRefusal>> {
    return await this.get(BUDGET_KEY);
  }

  async slots(): Promise<Record<string, unknown>> {
    return await this.get(SLOTS_KEY);
  }

  private readonly send: DynamoDBClient['send'] = ((command: Parameters<DynamoDBClient['send']>[0]) =>
    repeatable('DynamoDB', () => this.client.send(command))) as DynamoDBClient['send'];

  private async get(pk: string): Promise<Record<string, unknown>> {
    const { Item } = await this.send(
      new GetItemCommand({ TableName: this.table, Key: { pk: { S: pk } }, ConsistentRead: true }),
    );
    return fromAttributes(Item ?? {});
  }
}

function isRefusedByCondition(error: unknown): boolean {
  return (
    error instanceof ConditionalCheckFailedException || (error as Error).name === 'ConditionalCheckFailedException'
  );
}

function toAttribute(value: string | number | ReadonlySet<string>): AttributeValue {
  if (value instanceof Set) return { SS: [...(value as ReadonlySet<string>)] };
  return typeof value === 'number' ? { N: String(value) } : { S: value as string };
}

/** The ledger contains strings, numbers, marks and one set of strings. */
function fromAttributes(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.N !== undefined ? Number(value.N) : (value.S ?? value.BOOL ?? new Set(value.SS)),
    ]),
  );
}
