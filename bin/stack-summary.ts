import type { Stack } from '../analysis/model/assembly';
import { literalOf } from '../analysis/model/compose-text';
import type { TemplateModel } from '../analysis/model/template-model';
import { appOf } from '../analysis/statement/app';
import type { Statement } from '../analysis/statement/statement';
import { shortStatement } from '../analysis/statement/terminal';
import type { TerminalStyle } from './terminal-style';

/**
 * The permissions of a synthesized stack's agents and the cost of their network, from the final template, so that
 * property overrides and aspects are included. The permissions come from the security statement.
 *
 * @param file the displayed name of the template
 */
export function summarizeStack(
  model: TemplateModel,
  stack: Stack,
  file: string,
  statements: readonly Statement[],
  style: TerminalStyle,
): string[] {
  const app = appOf(model);
  const resources = model.resources.filter((resource) => resource.stack.id === stack.id);
  const ofType = (...types: string[]) => resources.filter(({ type }) => types.includes(type));
  const region = literalOf(stack.region) ?? 'unknown-region';
  const lines = [`${style.title(stack.id)}  ${region}  ${resources.length} resources  ${style.faint(file)}`];
  const row = (label: string, text: string) => lines.push(`  ${label.padEnd(15)} ${text}`);

  for (const statement of statements.filter(({ agent }) => agent.stack === stack.id)) {
    lines.push('', ...shortStatement(statement, style));
  }

  lines.push('');
  const endpoints = ofType('AWS::EC2::VPCEndpoint');
  if (endpoints.length) {
    const own = endpoints.filter(({ properties }) => properties.at('PolicyDocument').length > 0).length;
    row('Endpoints', endpoints.map(({ properties }) => shortName(app.said(properties.at('ServiceName')))).join(', '));
    row('', `${own} of ${endpoints.length} with a policy of their own`);
  }
  for (const { logicalId, properties } of ofType('AWS::KMS::Key')) {
    const rotates = app.isTrue(properties.at('EnableKeyRotation'));
    row('Key', `${logicalId}, ${rotates ? style.good('rotates') : style.bad('does not rotate')}`);
  }
  const isNetwork = ofType('AWS::EC2::VPC').length > 0;
  const internet = ofType('AWS::EC2::InternetGateway', 'AWS::EC2::NatGateway').length;
  if (isNetwork) {
    row('Internet', internet ? style.bad(`${internet} gateways`) : style.good('no internet gateway, no NAT gateway'));
  }
  return lines;
}

/** `com.amazonaws.us-east-1.logs` → `logs`. */
function shortName(service: string): string {
  return service.replace(/^com\.amazonaws\.[^.]+\./, '');
}
