import { applyGuardrail } from '../apply-guardrail';
import { judgedTexts } from '../guardrail-prompts';
import { probe } from '../probe';

export const guardrailFalseAlarms = probe({
  id: 'guardrail-false-alarms',
  question: "Does the guardrail block or mask the blueprints' own prompts and usual answers?",
  default:
    'The policy for coding agents has filters and thresholds that were chosen from the documentation, not measured.',
  where: ['lib/guardrail/coding-agent-policy.ts', 'docs/guardrails.md'],
  needs: ['a guardrail in the stacks'],
  looksAt: ['stacks'],
  permissions: [
    {
      actions: ['bedrock:ApplyGuardrail'],
      resources: ['arn:aws:bedrock:REGION:ACCOUNT:guardrail/*', 'arn:aws:bedrock:*:ACCOUNT:guardrail-profile/*'],
    },
  ],
  // Five texts of less than 1,000 characters; each is one text unit of every policy. docs/cost.md has the price.
  usd: 0.01,
  minutes: 1,
  answers: {
    none: { means: 'It allows every text.' },
    some: {
      means: 'It blocked or masked harmless text.',
      change: 'lower the threshold of the filter in the evidence (lib/guardrail/coding-agent-policy.ts)',
    },
  },
  async run(context) {
    const { physicalId } = await context.resource('AWS::Bedrock::Guardrail', undefined, 'guardrail');
    const id = physicalId.split('/').pop()!;
    // `<id>|<version>`; the working draft if the stack has no version.
    const versions = (await context.resources('AWS::Bedrock::GuardrailVersion')).map((each) =>
      each.physicalId.split('|'),
    );
    const version = versions.find(([of]) => of.split('/').pop() === id)?.[1] ?? 'DRAFT';
    const texts = judgedTexts();
    const alarms: string[] = [];
    for (const { name, ...text } of texts) {
      const { action, acted } = await applyGuardrail(context.options.region, { id, version }, text);
      if (action !== 'NONE') alarms.push(`${name}: ${acted.join(', ') || 'filter not reported'}`);
    }
    return {
      answer: alarms.length > 0 ? 'some' : 'none',
      evidence: [`texts: ${texts.length}`, ...alarms],
      confidence: 'certain',
    };
  },
});
