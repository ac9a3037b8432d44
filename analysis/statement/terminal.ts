import { visible } from '../../lib/contracts/untrusted-text';
import { boundText, conditionText, firesOn, grouped, outsideAccessText, shortArn } from './phrases';
import type { RoleReach, Statement } from './statement';

/** Text styles of a terminal. */
export interface StatementStyle {
  title(text: string): string;
  good(text: string): string;
  name(text: string): string;
  faint(text: string): string;
  bad(text: string): string;
}

/** A short statement for a terminal. */
export function shortStatement(statement: Statement, style: StatementStyle): string[] {
  const { network, audit, starters, triggers, unknown } = statement;
  const lines: string[] = [];
  const row = (label: string, text: string) => lines.push(`  ${label.padEnd(15)} ${text}`);
  const rows = (label: string, texts: readonly string[]) =>
    texts.forEach((text, index) => row(index ? '' : label, text));

  row('Agent', `${style.name(visible(statement.agent.name))}  ${style.faint(visible(statement.agent.region))}`);
  row('Model', modelText(statement, style));
  statement.roles.forEach((role) => lines.push(...roleLines(role, style)));
  const starting = [
    ...triggers
      .filter(({ settles }) => !settles)
      .map((trigger) => visible(`${trigger.type} ${trigger.name} on ${firesOn(trigger)}`)),
    ...starters
      .filter(({ step }) => !step)
      .map(({ principal, may, outside }) =>
        visible(`${principal} may ${may.join(', ')}${outside ? ' (not in the app)' : ''}`),
      ),
  ];
  rows('Started by', cut(starting, style));
  row('Runtime', `${network.mode} mode${storageText(statement)}`);
  rows(
    'Routes out',
    network.internet.length
      ? network.internet.map((way) => style.bad(visible(way)))
      : network.mode === 'VPC'
        ? [
            unknown.some(({ where }) => where === 'network')
              ? style.bad('none in the app, but not all of its network is in the app')
              : style.good('none in the app'),
          ]
        : [],
  );
  rows(
    'DNS names',
    (network.names ?? []).map(({ vpc, resolves, because }) =>
      resolves.includes('*')
        ? style.bad(visible(`every name resolves in ${vpc}: ${because ?? 'nothing limits it'}`))
        : visible(`${resolves.length} names resolve in ${vpc}`),
    ),
  );
  rows(
    'From outside',
    (statement.outsideAccess ?? []).map((access) =>
      style.bad(visible(`${access.who} ${outsideAccessText(access)} on ${access.to}`)),
    ),
  );
  const limits = statement.bounds.map((bound) => visible(`${bound.name}: ${boundText(bound)}`));
  rows('Limits', cut(limits, style));
  rows(
    'Trail',
    audit.trails.map(({ trail, records }) => visible(`${trail}: ${recordKinds(records) || 'records nothing'}`)),
  );
  rows(
    'Not known',
    unknown.map(({ where, what }) => style.bad(visible(`${where}: ${what}`))),
  );
  return lines;
}

/** Longest list in the short statement. */
const MOST = 8;

/** The first entries, and how many more there are. */
function cut(texts: readonly string[], style: StatementStyle): readonly string[] {
  const rest = texts.length - MOST;
  return rest > 1 ? [...texts.slice(0, MOST), style.faint(`and ${rest} more in the security statement`)] : texts;
}

function modelText({ models }: Statement, style: StatementStyle): string {
  if (models.includes('*')) {
    return style.bad('every model');
  }
  return models.length === 1
    ? `${style.good(visible(models[0]))}, the only one it may call`
    : visible(models.join(', ')) || 'none';
}

/** `Management; Data, AWS::BedrockMantle::Project; …`: the kinds without what they are limited to. */
function recordKinds(records: readonly string[]): string {
  const kinds = records.map((record) => record.split(', ').slice(0, record.startsWith('Data') ? 2 : 1));
  return [...new Set(kinds.map((kind) => kind.join(' ')))].join('; ');
}

function roleLines({ purpose, role, permissions, attached, influences }: RoleReach, style: StatementStyle): string[] {
  const label = purpose === 'session' ? 'Session role' : 'Execution role';
  return [
    `  ${label.padEnd(15)} ${visible(role)}`,
    ...attached.map((policy) => `  ${''.padEnd(15)}   ${style.bad('may')}   whatever ${visible(policy)} allows`),
    ...(influences ?? []).map(
      ({ what, way: [first] }) =>
        `  ${''.padEnd(15)}   ${style.bad('drives')} ${visible(`${what}: ${first.does} ${first.to}`)}`,
    ),
    ...grouped(permissions).map(({ effect, outcome, actions, resources, conditions }) => {
      const verdict = effect === 'deny' ? 'never' : outcome === 'denied' ? 'denied' : 'may';
      const everywhere = effect === 'deny' && resources.includes('*');
      const where = everywhere ? '' : ` on ${resources.map(shortArn).join(', ')}`;
      const only = conditions.length ? ` only if ${conditions.map(conditionText).map(shortArn).join(' and ')}` : '';
      return `  ${''.padEnd(15)}   ${verdict.padEnd(5)} ${visible(`${actions.join(', ')}${where}${only}`)}`;
    }),
  ];
}

function storageText({ stores }: Statement): string {
  const own = stores.filter(({ by }) => by.includes('runtime'));
  return own.length
    ? `; ${own.map(({ type, name }) => visible(`${type} at ${name}`)).join(', ')}`
    : '; no storage of its own';
}
