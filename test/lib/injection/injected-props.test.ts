import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { App, Duration, Stack, type InjectionContext, type IPropertyInjector } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentKey, AgentModel, AgentNetwork, ManagedAgent, type ManagedAgentProps } from '../../../lib';

/** Defaults of an organization for one class of constructs. */
class Defaults implements IPropertyInjector {
  constructor(
    public readonly constructUniqueId: string,
    private readonly defaults: object,
  ) {}

  public inject(props: object, _context: InjectionContext): object {
    return { ...this.defaults, ...props };
  }
}

function stackWith(...propertyInjectors: IPropertyInjector[]): Stack {
  return new Stack(new App({ propertyInjectors }), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
}

test('an organization gives every agent of an app its own defaults', () => {
  const stack = stackWith(
    new Defaults(ManagedAgent.PROPERTY_INJECTION_ID, { model: AgentModel.GPT_5_5 }),
    new Defaults(AgentBaseline.PROPERTY_INJECTION_ID, { logRetention: RetentionDays.TEN_YEARS }),
    new Defaults(AgentKey.PROPERTY_INJECTION_ID, { rotationPeriod: Duration.days(90) }),
    new Defaults(AgentNetwork.PROPERTY_INJECTION_ID, { flowLogRetention: RetentionDays.FIVE_YEARS }),
  );
  new ManagedAgent(stack, 'Agent', {
    instructions: 'Review.',
    baseline: new AgentBaseline(stack, 'Baseline', { network: new AgentNetwork(stack, 'Network') }),
  } as unknown as ManagedAgentProps);
  const template = Template.fromStack(stack);
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain(
    '"bedrock-mantle:Model":"openai.gpt-5.5"',
  );
  const retentions = Object.values(template.findResources('AWS::Logs::LogGroup')).map(
    (g) => g.Properties.RetentionInDays,
  );
  expect(retentions.sort()).toEqual([1827, 1827, 3653]); // Flow logs and DNS queries of the network; its other log group.
  template.allResourcesProperties('AWS::KMS::Key', { RotationPeriodInDays: 90 });
});

test('the nearest injector wins, and what the user writes wins over both', () => {
  const stack = stackWith(
    new Defaults(AgentKey.PROPERTY_INJECTION_ID, { alias: 'far', rotationPeriod: Duration.days(90) }),
  );
  const near = new Stack(stack, 'Near', {
    propertyInjectors: [new Defaults(AgentKey.PROPERTY_INJECTION_ID, { alias: 'near' })],
  });
  new AgentKey(near, 'Key');
  new AgentKey(near, 'Named', { alias: 'mine' });
  const aliases = Object.values(Template.fromStack(near).findResources('AWS::KMS::Alias')).map(
    (a) => a.Properties.AliasName,
  );
  expect(aliases.sort()).toEqual(['alias/mine', 'alias/near']);
});
