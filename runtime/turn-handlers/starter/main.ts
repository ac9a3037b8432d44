import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readStarter } from './configuration';
import type { QueueBatch, QueueBatchAnswer } from '../turn/queue-batch';
import { startTurns } from './handler';

const starter = readStarter(__dirname, process.env);
const stepFunctions = new SFNClient({});
let s3: S3Client | undefined;
const clients = { stepFunctions, s3: () => (s3 ??= new S3Client({})) };

/** Lambda calls this. */
export function handler(batch: QueueBatch): Promise<QueueBatchAnswer> {
  return startTurns(batch, starter, clients, (line) => console.log(JSON.stringify(line)));
}
