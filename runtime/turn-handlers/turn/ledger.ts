/** The ledger: what is claimed before it is done. Every write is conditional, so that a repeated step changes nothing. */
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
import type { SessionItem, TurnItem } from '../../../lib/contracts/turn';

type Attributes = Record<string, AttributeValue>;
type Change = Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression'> & {
  readonly values?: Readonly<Record<string, string | number>>;
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

  async isOwnedByAnother(pk: string, conversation: string): Promise<boolean> {
    const { ownedBy } = await this.get(pk);
    return ownedBy !== undefined && ownedBy !== conversation;
  }

  /** @returns the whole item afterwards, or undefined when the condition did not hold */
  async change(pk: string, { values = {}, ...expressions }: Change): Promise<Record<string, unknown> | undefined> {
    const text = `${expressions.UpdateExpression ?? ''} ${expressions.ConditionExpression ?? ''}`;
    try {
      const { Attributes } = await this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: { pk: { S: pk } },
          ...expressions,
          ...(text.includes('#state') ? { ExpressionAttributeNames: NAMES } : {}),
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
      if (
        error instanceof ConditionalCheckFailedException ||
        (error as Error).name === 'ConditionalCheckFailedException'
      )
        return undefined;
      throw error;
    }
  }

  async remove(pk: string): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: { pk: { S: pk } } }));
  }

  /** Conversations whose time is over, oldest first, at most `limit`. */
  async expiredSessions(index: string, now: number, limit: number): Promise<Partial<SessionItem>[]> {
    const { Items } = await this.client.send(
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

  private async get(pk: string): Promise<Record<string, unknown>> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { pk: { S: pk } }, ConsistentRead: true }),
    );
    return fromAttributes(Item ?? {});
  }
}

function toAttribute(value: string | number): AttributeValue {
  return typeof value === 'number' ? { N: String(value) } : { S: value };
}

/** The ledger holds texts, numbers, marks and one set of texts. */
function fromAttributes(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.N !== undefined ? Number(value.N) : (value.S ?? value.BOOL ?? new Set(value.SS)),
    ]),
  );
}
