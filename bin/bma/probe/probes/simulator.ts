import { SimulateCustomPolicyCommand } from '@aws-sdk/client-iam';
import { probe } from '../probe';

const ALLOWED = 'bedrock-mantle:CreateAgentSession';
const NOT_ALLOWED = 'bedrock-mantle:DeleteAgentSession';

export const simulatorKnowsMantle = probe({
  id: 'simulator-mantle',
  question: 'Does the IAM policy simulator support the session actions of bedrock-mantle?',
  default: 'bma verify reports cases with these actions as `cannot judge`, and compares the policy documents.',
  where: ['bin/bma/verify/simulate.ts', 'docs/verify.md'],
  needs: [],
  looksAt: [],
  permissions: [{ actions: ['iam:SimulateCustomPolicy'] }],
  usd: 0,
  minutes: 1,
  answers: {
    no: { means: 'It refuses the actions, or returns wrong decisions.' },
    yes: {
      means: 'It returns the right decisions.',
      change: 'let bma verify simulate cases of bedrock-mantle, too',
    },
  },
  async run({ clients }) {
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ALLOWED, Resource: '*' }] };
    try {
      const { EvaluationResults = [] } = await clients.iam.send(
        new SimulateCustomPolicyCommand({
          PolicyInputList: [JSON.stringify(policy)],
          ActionNames: [ALLOWED, NOT_ALLOWED],
        }),
      );
      const decision = (action: string) =>
        EvaluationResults.find(({ EvalActionName }) => EvalActionName === action)?.EvalDecision;
      const right = decision(ALLOWED) === 'allowed' && decision(NOT_ALLOWED) === 'implicitDeny';
      const evidence = [ALLOWED, NOT_ALLOWED].map((action) => `${action}: ${decision(action) ?? 'no decision'}`);
      return { answer: right ? 'yes' : 'no', evidence, confidence: 'certain' };
    } catch (problem) {
      const { name, message } = problem as Error;
      if (!/^InvalidInput/.test(name)) throw problem;
      return { answer: 'no', evidence: [`${name}: ${message}`], confidence: 'certain' };
    }
  },
});
