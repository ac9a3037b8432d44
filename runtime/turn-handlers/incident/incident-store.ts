import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { TransientStepError } from '../turn/failures';
import type { IncidentRecord } from './incident-record';

/** How often a change is tried again when another turn changed the record in between. */
const ATTEMPTS = 8;

/** The record of one service, in one item of the ledger. Concurrent changes are applied one after the other. */
export class IncidentStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly pk: string,
  ) {}

  async read(): Promise<IncidentRecord | undefined> {
    return (await this.revision()).record;
  }

  /**
   * @param decide returns the record to store, if any, and the result for the caller. Can be called several times.
   * @throws TransientStepError when others kept changing the record
   */
  async change<T>(
    decide: (record: IncidentRecord | undefined) => { readonly next?: IncidentRecord; readonly result: T },
  ): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { record, revision } = await this.revision();
      const { next, result } = decide(record);
      if (next === undefined || next === record || (await this.replace(next, revision))) return result;
    }
    throw new TransientStepError('The record of the incident kept changing');
  }

  private async revision(): Promise<{ readonly record?: IncidentRecord; readonly revision: number }> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { pk: { S: this.pk } }, ConsistentRead: true }),
    );
    const json = Item?.['incidentJson']?.S;
    if (json === undefined) return { revision: 0 };
    return { record: JSON.parse(json) as IncidentRecord, revision: Number(Item?.['revision']?.N) };
  }

  private async replace(record: IncidentRecord, revision: number): Promise<boolean> {
    try {
      await this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: { pk: { S: this.pk } },
          UpdateExpression: 'SET incidentJson = :record, revision = :next',
          ConditionExpression: revision === 0 ? 'attribute_not_exists(pk)' : 'revision = :now',
          ExpressionAttributeValues: {
            ':record': { S: JSON.stringify(record) },
            ':next': { N: String(revision + 1) },
            ...(revision === 0 ? {} : { ':now': { N: String(revision) } }),
          },
        }),
      );
      return true;
    } catch (error) {
      if (
        error instanceof ConditionalCheckFailedException ||
        (error as Error).name === 'ConditionalCheckFailedException'
      )
        return false;
      throw error;
    }
  }
}
