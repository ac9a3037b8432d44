import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { BudgetPeriod } from '../../../lib/contracts/budget';
import { turnLedgerKey } from '../../../lib/contracts/turn-ledger';
import type { TurnCost } from './turn-cost';

/** US dollars of one period. */
export interface Spent {
  /** Of ended turns: as reported by the live stream, and as a maximum without a report. */
  readonly reported: number;
  readonly maximum: number;
  /** Of turns that still run, as a maximum. */
  readonly running: number;
}

const MICRO = 1e6;
const KEPT_SECONDS = 400 * 24 * 60 * 60;
/**
 * A watcher that has claimed a step and was lost keeps others from it for this long: more than the timeout of the
 * function, and less than the time after which the queue delivers its event again (six times that timeout).
 */
const CLAIM_MS = 2 * 60_000;

/**
 * The cost of turns, by the hour in which they started. An item has the sums and one attribute for each of its turns, so
 * that each change of a sum is made once, even if an event arrives several times. The turns of an hour are spread over
 * up to 256 items by a hash of their names: an item has at most 400 KB, room for about 4,000 turns, and turns that cost
 * nothing, such as refused ones, have no other limit. The table belongs to one budget.
 */
export class Spending {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** A turn has started: its maximum is counted until it ends. */
  async reserve(turn: string, usd: number, now: Date): Promise<void> {
    const item = await this.itemOfTurn(turn, now);
    await this.change(item, 'SET #running = :micro, expiresAt = :expiry ADD running :micro', {
      names: { '#running': `r#${turn}`, '#over': `f#${turn}` },
      condition: 'attribute_not_exists(#running) AND attribute_not_exists(#over)',
      micro: toMicro(usd),
      now,
    });
  }

  /** A turn has ended: its cost replaces its maximum. */
  async settle(turn: string, cost: TurnCost, now: Date): Promise<void> {
    const item = await this.itemOfTurn(turn, now);
    const names = { '#over': `f#${turn}`, '#running': `r#${turn}` };
    const micro = toMicro(cost.usd);
    const sum = cost.basis === 'reported' ? 'reported' : 'maximum';
    const reserved = await this.reserved(item, turn);
    if (reserved !== undefined) {
      const done = await this.change(
        item,
        `SET #over = :micro, expiresAt = :expiry REMOVE #running ADD ${sum} :micro, running :less`,
        {
          names,
          condition: 'attribute_not_exists(#over) AND #running = :reserved',
          micro,
          now,
          more: { ':less': -reserved, ':reserved': reserved },
        },
      );
      if (done) return;
    }
    await this.change(item, `SET #over = :micro, expiresAt = :expiry ADD ${sum} :micro`, {
      names,
      condition: 'attribute_not_exists(#over) AND attribute_not_exists(#running)',
      micro,
      now,
    });
  }

  /** The cost of the hour, the day and the month of a time so far. */
  async spent(now: Date): Promise<Readonly<Record<BudgetPeriod, Spent>>> {
    const [month, day, hour] = [7, 10, 13].map((length) => now.toISOString().slice(0, length));
    const sums = { hour: nothing(), day: nothing(), month: nothing() };
    let start: Record<string, AttributeValue> | undefined;
    do {
      const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :month',
          ExpressionAttributeValues: { ':month': { S: month } },
          ProjectionExpression: 'sk, reported, maximum, running',
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      for (const { sk, reported, maximum, running } of Items) {
        const item = {
          reported: fromMicro(reported?.N),
          maximum: fromMicro(maximum?.N),
          running: fromMicro(running?.N),
        };
        add(sums.month, item);
        if (sk.S!.startsWith(day)) add(sums.day, item);
        if (sk.S!.startsWith(hour)) add(sums.hour, item);
      }
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return sums;
  }

  /** Whether a step was taken in a period already, or another watcher is taking it. */
  async isTaken(step: string, now: Date): Promise<boolean> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: stepKey(step, now), ConsistentRead: true }),
    );
    return Item !== undefined && !(Number(Item['claimedUntil']?.N) < now.getTime());
  }

  /**
   * Claims a step of a period, so that only one of several watchers takes it.
   *
   * @returns false if it was taken in the period already, or another watcher is taking it
   */
  async claim(step: string, now: Date): Promise<boolean> {
    // Most events come after a step was taken: no write is tried.
    if (await this.isTaken(step, now)) return false;
    return this.putStep(step, now, now.getTime() + CLAIM_MS, {
      ConditionExpression: 'attribute_not_exists(pk) OR claimedUntil < :now',
      ExpressionAttributeValues: { ':now': { N: String(now.getTime()) } },
    });
  }

  /** The step was taken: nobody takes it again in the period. */
  async take(step: string, now: Date): Promise<void> {
    await this.putStep(step, now, undefined, {});
  }

  /** The step failed: the next event takes it. */
  async giveBack(step: string, now: Date): Promise<void> {
    await this.putStep(step, now, 0, {
      ConditionExpression: 'claimedUntil = :mine',
      ExpressionAttributeValues: { ':mine': { N: String(now.getTime() + CLAIM_MS) } },
    });
  }

  private async putStep(
    step: string,
    now: Date,
    claimedUntil: number | undefined,
    condition: Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>,
  ): Promise<boolean> {
    const Item = {
      ...stepKey(step, now),
      expiresAt: { N: String(expiry(now)) },
      ...(claimedUntil === undefined ? {} : { claimedUntil: { N: String(claimedUntil) } }),
    };
    return this.client
      .send(new PutItemCommand({ TableName: this.table, Item, ...condition }))
      .then(() => true, unlessRefused);
  }

  /** The item of the hour of the turn's first event that was counted: its start, or its end if that was faster. */
  private async itemOfTurn(turn: string, now: Date): Promise<string> {
    await this.client
      .send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...key(turnLedgerKey(turn), '-'),
            hour: { S: itemOf(turn, now) },
            expiresAt: { N: String(expiry(now)) },
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      )
      .catch(unlessRefused);
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: key(turnLedgerKey(turn), '-'), ConsistentRead: true }),
    );
    return Item?.['hour']?.S ?? itemOf(turn, now);
  }

  private async reserved(item: string, turn: string): Promise<number | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: key(item.slice(0, 7), item),
        ProjectionExpression: '#running',
        ExpressionAttributeNames: { '#running': `r#${turn}` },
        ConsistentRead: true,
      }),
    );
    const micro = Item?.[`r#${turn}`]?.N;
    return micro === undefined ? undefined : Number(micro);
  }

  private async change(
    item: string,
    expression: string,
    given: {
      readonly names: Record<string, string>;
      readonly condition: string;
      readonly micro: number;
      readonly now: Date;
      readonly more?: Record<string, number>;
    },
  ): Promise<boolean> {
    const values = { ':micro': given.micro, ':expiry': expiry(given.now), ...given.more };
    return this.client
      .send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: key(item.slice(0, 7), item),
          UpdateExpression: expression,
          ConditionExpression: given.condition,
          ExpressionAttributeNames: given.names,
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, { N: String(value) }]),
          ),
        }),
      )
      .then(() => true, unlessRefused);
  }
}

/** Sort key of the item of a turn: begins with the hour. Earlier versions had one item per hour. */
function itemOf(turn: string, time: Date): string {
  const part = createHash('sha256').update(turn, 'utf8').digest('hex').slice(0, 2);
  return `${time.toISOString().slice(0, 13)}#${part}`;
}
function stepKey(step: string, now: Date) {
  return key(`steps#${now.toISOString().slice(0, 7)}`, step);
}
function key(pk: string, sk: string) {
  return { pk: { S: pk }, sk: { S: sk } };
}
function expiry(now: Date): number {
  return Math.floor(now.getTime() / 1000) + KEPT_SECONDS;
}
function toMicro(usd: number): number {
  return Math.round(usd * MICRO);
}
function fromMicro(micro: string | undefined): number {
  return Number(micro ?? 0) / MICRO;
}
function nothing(): { reported: number; maximum: number; running: number } {
  return { reported: 0, maximum: 0, running: 0 };
}
function add(sum: { reported: number; maximum: number; running: number }, item: Spent): void {
  sum.reported += item.reported;
  sum.maximum += item.maximum;
  sum.running += item.running;
}
function unlessRefused(error: unknown): false {
  if (error instanceof ConditionalCheckFailedException) return false;
  throw error;
}
