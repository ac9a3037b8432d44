import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentCompute,
  AgentImage,
  AgentModel,
  AgentSkill,
  AgentTool,
  AgentTrigger,
  ImageBuilder,
  ObjectLock,
  ManagedAgentChecks,
} from '../../../lib';
import { AgentBlueprint, type AgentBlueprintProps } from '../../../lib/blueprint';
import { withStagedAssets } from '../../staged-assets';

const ENV = { account: '111122223333', region: 'us-east-1' };

/** A blueprint as the guide tells people to write one. */
class LicenceAuditor extends AgentBlueprint {
  constructor(scope: Construct, id: string, props: AgentBlueprintProps = {}) {
    super(scope, id, props);
    const reports = this.addOutputBucket('Reports');
    this.define({
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Report the licences of the repository in the workspace.',
      tools: [AgentTool.outputs({ bucket: reports, prefix: 'licences/' })],
      triggers: [AgentTrigger.onSchedule('Nightly', ScheduleExpression.cron({ minute: '0', hour: '3' }))],
      turnDeadline: Duration.minutes(20),
    });
  }
}

function stackOf(make: (stack: Stack) => unknown): Stack {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  make(stack);
  return stack;
}

test('what a blueprint does not say is governed all the same: the pack finds nothing', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const auditTrail = new AgentAuditTrail(stack, 'Audit');
  new LicenceAuditor(stack, 'Auditor', { baseline: new AgentBaseline(stack, 'Baseline', { auditTrail }) });
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('everything is under two keys, one for evidence, and the one network is isolated', () => {
  const template = Template.fromStack(stackOf((stack) => new LicenceAuditor(stack, 'Auditor')));
  template.resourceCountIs('AWS::KMS::Key', 2);
  template.resourceCountIs('AWS::EC2::InternetGateway', 0);
  // The trigger, and the daily deletion of sessions whose time is over.
  template.resourceCountIs('AWS::Scheduler::Schedule', 2);
});

test('its user chooses model, deadline, name and boundary; the rest stays as the blueprint says', () => {
  let auditor!: LicenceAuditor;
  const stack = stackOf((scope) => {
    auditor = new LicenceAuditor(scope, 'Auditor', {
      model: AgentModel.of('openai.gpt-5.5'),
      agentName: 'licences',
      turnDeadline: Duration.minutes(5),
    });
    PermissionsBoundary.of(auditor).apply(ManagedPolicy.fromManagedPolicyName(scope, 'Boundary', 'developers'));
  });
  expect([auditor.agent.model.modelId, auditor.agent.agentName]).toEqual(['openai.gpt-5.5', 'licences']);
  expect(auditor.workflow.turnDeadline.toMinutes()).toBe(5);
  expect(auditor.workflow.maxConcurrency).toBe(4);
  const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  expect(roles.length).toBeGreaterThan(10);
  expect(roles.filter(({ Properties }) => Properties.PermissionsBoundary === undefined)).toEqual([]);
});

test('what is said about the compute changes the compute in place, with skills and without', () => {
  const skill = path.join(mkdtempSync(path.join(tmpdir(), 'blueprint-')), 'audit');
  mkdirSync(skill);
  writeFileSync(path.join(skill, 'SKILL.md'), '---\nname: audit\ndescription: Audits.\n---\n');
  class Skilled extends AgentBlueprint {
    constructor(scope: Construct, id: string, props: AgentBlueprintProps = {}) {
      super(scope, id, props);
      const skills = [AgentSkill.fromDirectory(skill)];
      this.define({ model: AgentModel.GPT_5_6_LUNA, instructions: 'Audit.', skills });
    }
  }
  const compute = AgentCompute.agentCore({ idleTimeout: Duration.minutes(5) });
  const places = new Set<string>();
  for (const Blueprint of [LicenceAuditor, Skilled]) {
    const [before, after] = [{}, { compute }].map((props) =>
      Template.fromStack(stackOf((stack) => new Blueprint(stack, 'Auditor', props))).findResources(
        'AWS::BedrockAgentCore::Runtime',
      ),
    );
    expect(Object.keys(after)).toEqual(Object.keys(before));
    places.add(Object.keys(after).join());
    expect(Object.values(before)[0].Properties.LifecycleConfiguration.IdleRuntimeSessionTimeout).toBe(1800);
    expect(Object.values(after)[0].Properties.LifecycleConfiguration.IdleRuntimeSessionTimeout).toBe(300);
  }
  // The first skill changes the Runtime where it is: at another place it would be another one, without the sessions.
  expect(places.size).toBe(1);
  rmSync(path.dirname(skill), { recursive: true });
});

describe('the image', () => {
  const work = mkdtempSync(path.join(tmpdir(), 'blueprint-'));
  afterAll(() => rmSync(work, { recursive: true }));
  const directory = path.join(work, 'postmortem');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'SKILL.md'), '---\nname: postmortem\ndescription: Writes postmortems.\n---\n');
  class Skilled extends AgentBlueprint {
    constructor(scope: Construct, id: string, props?: AgentBlueprintProps) {
      super(scope, id, props);
      const skills = [AgentSkill.fromDirectory(directory)];
      this.define({ model: AgentModel.GPT_5_6_LUNA, instructions: 'Use your skill.', skills });
    }
  }
  const codeBuild = AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD });
  const published = (stack: Stack) =>
    AgentImage.fromEcr(Repository.fromRepositoryName(stack, 'Images', 'agents'), `sha256:${'a'.repeat(64)}`);
  const using = (image: AgentImage) => ({ compute: AgentCompute.agentCore({ image }) });

  test.each([
    ['by the container engine', {}],
    ['by CodeBuild', using(codeBuild)],
  ])('built %s gets the skills, and their directory is in the session definition', (_, props) => {
    const app = withStagedAssets(() => new App());
    new Skilled(new Stack(app, 'Stack', { env: ENV }), 'Skilled', props);
    const outdir = app.synth().directory;
    const images = readdirSync(outdir).filter((name) =>
      existsSync(path.join(outdir, name, 'skills/postmortem/SKILL.md')),
    );
    expect(images).toHaveLength(1);
    const definitions = readdirSync(outdir)
      .filter((name) => /^asset\..*\.json$/.test(name))
      .map((name) => JSON.parse(readFileSync(path.join(outdir, name), 'utf8')))
      .filter(({ environment }) => environment);
    expect(definitions.map(({ environment }) => environment.capability_directories)).toEqual([['/opt/agent/skills']]);
  });

  test('is the one that the user of the blueprint chooses', () => {
    const builtBy = (props: (stack: Stack) => AgentBlueprintProps) => {
      const stack = stackOf((made) => new LicenceAuditor(made, 'Auditor', props(made)));
      const [runtime] = Object.values(Template.fromStack(stack).findResources('AWS::BedrockAgentCore::Runtime'));
      return JSON.stringify(runtime.Properties.AgentRuntimeArtifact);
    };
    expect(builtBy(() => ({}))).toContain('cdk-hnb659fds-container-assets');
    expect(builtBy(() => using(codeBuild))).toMatch(/"Fn::GetAtt":\["AuditorEnvironmentImage[A-Z0-9]+"/);
    expect(builtBy((stack) => using(published(stack)))).toContain(`@sha256:${'a'.repeat(64)}`);
  });

  test('in Amazon ECR gets no skills, and says so', () => {
    expect(() => stackOf((stack) => new Skilled(stack, 'Skilled', using(published(stack))))).toThrow(
      /image 'sha256:a+' is not accepted.*skills \(postmortem\).*Fix: use AgentImage\.bundled\(\)/,
    );
  });
});

describe('refuses', () => {
  class Undefined extends AgentBlueprint {}
  class Twice extends LicenceAuditor {
    constructor(scope: Construct, id: string) {
      super(scope, id);
      this.define({ model: AgentModel.GPT_5_6_LUNA, instructions: 'Again.' });
    }
  }
  class Forgetful extends AgentBlueprint {
    constructor(scope: Construct, id: string) {
      super(scope, id);
      this.addOutputBucket('Reports', { retention: Duration.days(10), lock: ObjectLock.governance(Duration.days(30)) });
    }
  }

  test('a blueprint that defines no agent, at synth', () => {
    const app = new App();
    new Undefined(new Stack(app, 'Stack', { env: ENV }), 'Nothing');
    expect(() => app.synth()).toThrow(/Stack\/Nothing defines no agent\. Fix: call this\.define/);
  });

  test('to hand out an agent that is not there yet', () => {
    stackOf((stack) =>
      expect(() => new Undefined(stack, 'Nothing').agent).toThrow(/a blueprint whose define was called/),
    );
  });

  test('a second definition', () => {
    stackOf((stack) => expect(() => new Twice(stack, 'Twice')).toThrow(/one agent per blueprint/));
  });

  test('outputs that are forgotten before their lock ends', () => {
    stackOf((stack) => expect(() => new Forgetful(stack, 'Forgetful')).toThrow(/at least the 30 days/));
  });
});
