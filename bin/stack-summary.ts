import type { SynthesizedStack, TemplateResource } from './cloud-assembly';

import type { Statement } from '../analysis/statement/statement';
import { shortStatement } from '../analysis/statement/terminal';
import type { TerminalStyle } from './terminal-style';

/**
 * What a synthesized stack gives its agents and what their network costs, read from the template that would be deployed
 * and not from the constructs: property overrides and aspects are included. What an agent may do comes from its security
 * statement.
 */
export function summarizeStack(
  stack: SynthesizedStack,
  statements: readonly Statement[],
  style: TerminalStyle,
): string[] {
  const lines = [
    `${style.title(stack.name)}  ${stack.region}  ${Object.keys(stack.resources).length} resources  ${style.faint(stack.templateFile)}`,
  ];
  const row = (label: string, text: string) => lines.push(`  ${label.padEnd(15)} ${text}`);

  for (const statement of statements.filter(({ agent }) => agent.stack === stack.name)) {
    lines.push('', ...shortStatement(statement, style));
  }

  lines.push('');
  const endpoints = [...ofType(stack, 'AWS::EC2::VPCEndpoint')];
  if (endpoints.length) {
    const own = endpoints.filter(([, endpoint]) => endpoint.Properties?.PolicyDocument).length;
    row('Endpoints', endpoints.map(([, endpoint]) => serviceName(endpoint.Properties?.ServiceName)).join(', '));
    row('', `${own} of ${endpoints.length} with a policy of their own`);
  }
  for (const [id, key] of ofType(stack, 'AWS::KMS::Key')) {
    row('Key', `${id}, ${key.Properties?.EnableKeyRotation ? style.good('rotates') : style.bad('does not rotate')}`);
  }
  const isNetwork = [...ofType(stack, 'AWS::EC2::VPC')].length > 0;
  const internet = ['AWS::EC2::InternetGateway', 'AWS::EC2::NatGateway'].flatMap((type) => [...ofType(stack, type)]);
  if (isNetwork) {
    row(
      'Internet',
      internet.length ? style.bad(`${internet.length} gateways`) : style.good('no internet gateway, no NAT gateway'),
    );
  }
  return lines;
}

function* ofType(stack: SynthesizedStack, type: string): Generator<[string, TemplateResource]> {
  for (const entry of Object.entries(stack.resources)) {
    if (entry[1].Type === type) {
      yield entry;
    }
  }
}

function serviceName(value: unknown): string {
  const name = text(value);
  return name.replace(/^.*?amazonaws\.[^.]*\.?(?=[a-z])/, '').replace(/^.*\}\.?/, '') || name;
}

function logicalId(value: unknown): string | undefined {
  const reference = value as { Ref?: string; 'Fn::GetAtt'?: string[] } | undefined;
  return reference?.Ref ?? reference?.['Fn::GetAtt']?.[0];
}

/** A property as text: literals as they are, references by what they refer to. */
function text(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const join = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  if (join) {
    return join[1].map(text).join(join[0]);
  }
  const sub = (value as { 'Fn::Sub'?: string } | undefined)?.['Fn::Sub'];
  if (sub) {
    return sub;
  }
  return logicalId(value) ? `\${${logicalId(value)}}` : JSON.stringify(value);
}
