import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { readPolicy } from '../../../analysis/policy/read-policy';
import type { Statement } from '../../../analysis/policy/statement';

/** The statements of a policy document, which may have intrinsic functions of a stack with the given other parts. */
export function statementsOf(document: unknown, template: object = {}): Statement[] {
  const Policy = { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document } };
  const stack = {
    id: 'App',
    account: '111122223333',
    region: 'us-east-1',
    template: { ...template, Resources: { Policy } },
  };
  const policy = new TemplateModel(assemblyOf([stack])).resource('App#Policy')!;
  return policy.properties.at('PolicyDocument').flatMap((node) => readPolicy(node, policy));
}
