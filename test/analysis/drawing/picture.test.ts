import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentGuardrail,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentNetworkService,
  AgentTrigger,
  ManagedAgent,
  TurnApproval,
  TurnWorkflow,
} from '../../../lib';
import { pictureSvg } from '../../../analysis/drawing/picture';
import { readDirectory } from '../../../analysis/model/read-directory';
import { TemplateModel } from '../../../analysis/model/template-model';
import { statementsOf } from '../../../analysis/statement/build';
import { problemsOf } from './svg-geometry';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'pictures-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

interface Options {
  readonly repository: string;
  readonly approval?: boolean;
  readonly workflow?: boolean;
  readonly width?: number;
}

function draw({ repository, approval, workflow = true, width = 960 }: Options, directory = 'example'): string {
  const app = new App({ outdir: path.join(work, directory) });
  const stack = new Stack(app, 'Example', { env: { region: 'us-east-1' } });
  const encryptionKey = new AgentKey(stack, 'Key');
  const network = new AgentNetwork(stack, 'Network', {
    encryptionKey,
    services: [AgentNetworkService.GIT_CODECOMMIT],
  });
  const auditTrail = new AgentAuditTrail(stack, 'Audit');
  const agent = new ManagedAgent(stack, 'Reviewer', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review.',
    baseline: new AgentBaseline(stack, 'Baseline', { network, dataKey: encryptionKey, auditTrail }),
  });
  const code = Repository.fromRepositoryName(stack, 'Repository', repository);
  code.grantPull(agent);
  new Bucket(stack, 'Reviews', { encryptionKey, enforceSSL: true }).grantPut(agent);
  if (workflow) {
    const turns = new TurnWorkflow(stack, 'Turns', {
      agent,
      guardrail: AgentGuardrail.standard(stack, 'Guardrail', { encryptionKey }),
      ...(approval ? { approval: TurnApproval.onRequest({ expiry: Duration.hours(8) }) } : {}),
    });
    const metric = new Metric({ namespace: 'AWS/Lambda', metricName: 'Errors' });
    turns.addTrigger(AgentTrigger.onPullRequest(code));
    turns.addTrigger(
      AgentTrigger.onAlarm(new Alarm(stack, 'ErrorRate', { metric, threshold: 1, evaluationPeriods: 1 })),
    );
    turns.addTrigger(AgentTrigger.onSchedule('Nightly', ScheduleExpression.cron({ minute: '0', hour: '3' })));
  }
  return pictureSvg(statementsOf(new TemplateModel(readDirectory(app.synth().directory))), {
    title: 'Architecture of an example',
    subtitle: 'drawn from its templates',
    width,
    id: 'picture',
    shownIn: 'file',
  });
}

let usual: string;
beforeAll(() => {
  usual = draw({ repository: 'payments-service', approval: true }, 'usual');
});

/** The texts of a picture, words of one line joined. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text.replace(/<[^>]*>/g, ' ').trim());
}

test('the picture of an agent with a workflow tells what starts it, its steps, its walls and its reach', () => {
  const texts = textsOf(usual);
  for (const text of [
    'Pull Request State Change',
    'Alarm State Change',
    'cron(0 3 * * ? *)',
    'through a queue and a starter function; failed deliveries are kept',
    'Screen the input',
    'Ask a person',
    'Screen the output',
    'model: openai.gpt-5.6-luna',
    'VPC: no route to the internet',
    'git-codecommit',
    'reads payments-service',
    'writes Reviews',
    'locked for 90 days (governance)',
    '6 alarms',
  ]) {
    expect(texts.join('\n')).toContain(text);
  }
});

test('what is denied on one resource is not shown as denied on all', () => {
  const texts = textsOf(usual).join(' ');
  expect(texts).toMatch(/never: .*iam:PassRole ⊘ never: kms:\* on /);
});

test('it holds nothing that the templates do not hold', () => {
  const texts = textsOf(draw({ repository: 'payments-service' })).join('\n');
  expect(texts).not.toMatch(/Ask a person|Stage turn|Deliver output|Starts turns/);
  const direct = textsOf(draw({ repository: 'payments-service', workflow: false })).join('\n');
  expect(direct).not.toMatch(/Turn workflow|Guardrail|dead-letter/);
  expect(direct).toContain('nothing in the app starts it');
});

test('the same templates give the same file, wherever they are', () => {
  expect(draw({ repository: 'payments-service', approval: true }, 'elsewhere')).toBe(usual);
});

test('no text meets another or leaves its box, not even with a long name that has no place to break', () => {
  expect(problemsOf(usual)).toEqual([]);
  expect(problemsOf(draw({ repository: 'W'.repeat(100), approval: true }))).toEqual([]);
  expect(problemsOf(draw({ repository: 'W'.repeat(100), approval: true, width: 400 }, 'slim'))).toEqual([]);
});

test('the measure of texts notices an overlap and a text that leaves its box', () => {
  const line = (x: number, y: number, text: string) => `<text class="note" x="${x}" y="${y}">${text}</text>`;
  const box = '<rect x="0" y="0" width="60" height="60"/>';
  expect(problemsOf(`<svg>${box}${line(4, 20, 'short')}${line(4, 40, 'short')}</svg>`)).toEqual([]);
  expect(problemsOf(`<svg>${box}${line(4, 20, 'short')}${line(20, 22, 'short')}</svg>`)).toHaveLength(1);
  expect(problemsOf(`<svg>${box}${line(4, 20, 'much too long for it')}</svg>`)).toHaveLength(1);
});
