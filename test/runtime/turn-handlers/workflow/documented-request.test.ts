import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { turnExecutionName } from '../../../../lib/contracts/turn';
import { prepareTurn } from '../../../../runtime/turn-handlers/prepare-turn/prepare-turn';

test('the request of docs/workflow.md is accepted by a workflow, under the name that the page states', () => {
  const page = fs.readFileSync(path.join(__dirname, '../../../../docs/workflow.md'), 'utf8');
  const [, json] = /^```json\n(\{\n {2}"format": "cdk-bedrock-managed-agents\/turn-request.*?)^```$/ms.exec(page)!;
  const request = JSON.parse(json) as { deduplicationKey: string; prompt: object[] };
  const name = `turn-${createHash('sha256').update(request.deduplicationKey).digest('hex')}`;
  const environment = {
    BMA_AGENT_NAME: 'reviewer',
    BMA_DEADLINE_SECONDS: '60',
    BMA_APPROVAL: 'none',
    BMA_RECORD_SECONDS: '60',
  };
  const execution = { name, id: `arn:aws:states:…:execution:Turns:${name}`, startTime: '2026-11-28T12:00:01Z' };

  const prepared = prepareTurn({ request: request as never, execution }, environment);

  expect(turnExecutionName(request.deduplicationKey)).toBe(name);
  expect(prepared).toMatchObject({ accepted: true, prompt: request.prompt });
});
