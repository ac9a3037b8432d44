import type { IApiCall, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { CfnDomain, CfnRepository } from 'aws-cdk-lib/aws-codeartifact';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Stack, type App, type Environment } from 'aws-cdk-lib/core';
import { addCiPipelineAgent } from '../../examples/ci-pipeline-agent';
import { addCustomBlueprint } from '../../examples/custom-blueprint';
import { addIncidentResponse } from '../../examples/incident-response';
import { addScheduledSecurityAudit } from '../../examples/scheduled-security-audit';
import { TURN_REQUEST_FORMAT } from '../../lib/contracts/turn';
import { expectCompletedTurn, integTest } from './turn-assertions';

const REPOSITORY = 'payments-service';

/** Adds an example, whatever it expects to find in the account, and the assertions. */
export type AddTest = (app: App, env: Environment) => void;

/** One integration test per example, by its name. */
export const EXAMPLE_TESTS: Readonly<Record<string, AddTest>> = {
  'ci-pipeline-agent': (app, env) => {
    const fixtures = repositories(app, env, [REPOSITORY]);
    const domain = new CfnDomain(fixtures, 'Domain', { domainName: 'example' });
    new CfnRepository(fixtures, 'Packages', { domainName: domain.attrName, repositoryName: 'packages' });
    const { network, agent } = addCiPipelineAgent(app, env);
    agent.addStackDependency(fixtures);
    const integ = integTest(app, env, [fixtures, network, agent]);
    expectCompletedTurn({ integ, workflow: agent.reviewer.workflow, start: openPullRequest(integ) });
  },

  'custom-blueprint': (app, env) => {
    const stack = addCustomBlueprint(app, env);
    const { workflow } = stack.blueprint;
    const integ = integTest(app, env, [stack]);
    // The trigger is a schedule, so the assertion starts a turn as a caller with `workflow.grants.startTurns` does.
    const { agentName } = workflow.agent;
    const { stateMachineArn } = workflow.stateMachine;
    const start = integ.assertions.awsApiCall('SFN', 'startExecution', {
      stateMachineArn,
      input: JSON.stringify({
        format: TURN_REQUEST_FORMAT,
        agentName,
        deduplicationKey: 'integration-test',
        trigger: { type: 'direct', id: 'integ', source: 'integ', time: '2026-01-01T00:00:00Z' },
        prompt: [{ text: 'List the files of your workspace and report that there is no repository to audit.' }],
      }),
    });
    allow(start, ['states:StartExecution'], [stateMachineArn]);
    expectCompletedTurn({ integ, workflow, start });
  },

  'incident-response': (app, env) => {
    const { network, responder } = addIncidentResponse(app, env);
    const integ = integTest(app, env, [network, responder]);
    const start = integ.assertions.awsApiCall('CloudWatch', 'setAlarmState', {
      AlarmName: 'checkout-errors',
      StateValue: 'ALARM',
      StateReason: 'Integration test',
    });
    allow(start, ['cloudwatch:SetAlarmState'], ['*']);
    expectCompletedTurn({ integ, workflow: responder.responder.workflow, start });
  },

  'scheduled-security-audit': (app, env) => {
    const fixtures = repositories(app, env, [REPOSITORY, 'web-shop']);
    const stack = addScheduledSecurityAudit(app, env);
    stack.addStackDependency(fixtures);
    const integ = integTest(app, env, [fixtures, stack]);
    const { stateMachineArn } = stack.auditor.auditMachine;
    const start = integ.assertions.awsApiCall('SFN', 'startExecution', {
      stateMachineArn,
      input: JSON.stringify({ night: '2026-01-01T03:00:00Z' }),
    });
    allow(start, ['states:StartExecution'], [stateMachineArn]);
    expectCompletedTurn({ integ, workflow: stack.auditor.workflow, start });
  },
};

/** What the examples expect in the account: repositories of CodeCommit. */
function repositories(app: App, env: Environment, names: string[]): Stack {
  const stack = new Stack(app, 'Fixtures', { env });
  names.forEach((repositoryName) => new Repository(stack, repositoryName, { repositoryName }));
  return stack;
}

/** A commit on `main`, one on a branch, and a pull request. */
function openPullRequest(integ: IntegTest): IApiCall {
  const call = (action: string, parameters: object) => {
    const made = integ.assertions.awsApiCall('CodeCommit', action, parameters);
    allow(made, [`codecommit:${action.charAt(0).toUpperCase()}${action.slice(1)}`], ['*']);
    return made;
  };
  const file = { repositoryName: REPOSITORY, filePath: 'divide.js' };
  const first = call('putFile', { ...file, branchName: 'main', fileContent: 'exports.divide = (a, b) => a / b;\n' });
  const parentCommitId = first.getAttString('commitId');
  const branch = call('createBranch', { repositoryName: REPOSITORY, branchName: 'change', commitId: parentCommitId });
  const second = call('putFile', {
    ...file,
    branchName: 'change',
    parentCommitId,
    fileContent: 'exports.divide = (a, b) => (b ? a / b : 0);\n',
  });
  const targets = [{ repositoryName: REPOSITORY, sourceReference: 'change', destinationReference: 'main' }];
  const opened = call('createPullRequest', { title: 'Return 0 for a division by zero', targets });
  first.next(branch).next(second).next(opened);
  return opened;
}

function allow(call: IApiCall, Action: string[], Resource: string[]): void {
  call.provider.addToRolePolicy({ Effect: 'Allow', Action, Resource });
}
