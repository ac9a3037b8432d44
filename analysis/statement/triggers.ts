import type { Resource } from '../model/assembly';
import { at } from '../model/json';
import type { Node } from '../model/node';
import type { Path } from '../model/reach';
import { type App, distinctBy } from './app';
import type { Trigger } from './statement';
import { passedIn } from './trigger-input';
import { isTrigger, nodeName, wayOf, type Ways } from './ways';
import { writtenJson } from './written-json';

/** The triggers of an agent's turns: rules, schedules, URLs, APIs, and services that a resource policy allows. */
export function triggersOf(app: App, { paths }: Ways, settlements: ReadonlySet<string>): Trigger[] {
  const found = paths.flatMap((path): Trigger[] => {
    const resource = app.model.resource(path.start);
    if (resource) {
      return isTrigger(resource.type) || isFromOutside(resource, paths) ? [triggerOf(app, resource, path)] : [];
    }
    return path.start.startsWith('service ') ? permissionTrigger(app, path, paths) : [];
  });
  return distinctBy(found, ({ name, type }) => `${name} ${type}`).map((trigger) =>
    trigger.path.some((name) => settlements.has(name)) ? { ...trigger, settles: true } : trigger,
  );
}

/** Mappings that take messages from somewhere: a stream, a topic, a cluster. */
const TAKES = /^AWS::(?:Lambda::EventSourceMapping|SNS::Subscription|Pipes::Pipe)$/;

/** A mapping that takes messages of something that is not in the app. */
function isFromOutside({ id, type }: Resource, paths: Ways['paths']): boolean {
  return TAKES.test(type) && !paths.some(({ edges: [first] }) => first.to === id);
}

function triggerOf(app: App, resource: Resource, path: Path): Trigger {
  const [first] = path.edges;
  const { properties } = resource;
  const said = (...keys: string[]) => app.said(properties.at(...keys));
  const way = stepsOf(app, path);
  const queued = way.some(({ type }) => type === 'AWS::SQS::Queue');
  const base = { name: app.nameOf(resource), path: wayOf(app, path), ...(queued ? { queued } : {}) };
  switch (resource.type) {
    case 'AWS::Events::Rule': {
      const targets = properties.at('Targets').flatMap((list) => list.items());
      const target = targets.find((each) => leadsTo(app, each, first.to)) ?? targets[0];
      const pattern = writtenJson(at(resource.raw, 'Properties', 'EventPattern'), said('EventPattern'));
      const bus = said('EventBusName');
      return {
        ...base,
        type: 'EventBridge rule',
        when: `${pattern || said('ScheduleExpression')}${disabled(said('State'))}`,
        ...(bus && bus !== 'default' ? { bus } : {}),
        passesIn: passedIn(app, way, target),
        deadLetterQueue: hasQueue(target),
      };
    }
    case 'AWS::Scheduler::Schedule': {
      const zone = said('ScheduleExpressionTimezone');
      return {
        ...base,
        type: 'schedule',
        when: `${said('ScheduleExpression')}${zone && ` ${zone}`}${disabled(said('State'))}`,
        // A schedule has no event: the template contains its input.
        passesIn: scheduleInput(app, way),
        deadLetterQueue: hasQueue(properties.at('Target')[0]),
      };
    }
    case 'AWS::Lambda::Url':
      return {
        ...base,
        type: 'function URL',
        when:
          said('AuthType') === 'AWS_IAM'
            ? 'an HTTPS request signed with IAM credentials'
            : 'an HTTPS request of anybody; what the function verifies is not in the templates',
        passesIn: passedIn(app, way),
      };
    default: {
      const isApi = resource.type.startsWith('AWS::ApiGateway');
      const authorization = said('AuthorizationType');
      const request = `a request ${said('HttpMethod') || said('RouteKey') || 'of a route'}`;
      return {
        ...base,
        type: isApi ? 'API' : shortType(resource.type),
        when: isApi
          ? `${request}${authorization && `, authorization ${authorization}`}`
          : `what ${shortType(resource.type)} sends`,
        passesIn: passedIn(app, way),
      };
    }
  }
}

/** `AWS::IoT::TopicRule` → `IoT TopicRule`. */
function shortType(type: string): string {
  return type.replace(/^AWS::/, '').replace('::', ' ');
}

function disabled(state: string): string {
  return state === 'DISABLED' ? ' (disabled)' : '';
}

function hasQueue(target: Node | undefined): boolean {
  return (target?.at('DeadLetterConfig', 'Arn').length ?? 0) > 0;
}

function leadsTo(app: App, target: Node, node: string): boolean {
  return app.targets(target.at('Arn')).some(({ id }) => id === node);
}

function scheduleInput(app: App, way: readonly Resource[]): string[] {
  const passed = passedIn(app, way);
  return passed.length === 1 && passed[0] === 'the whole event' ? ['a fixed text'] : passed;
}

/** The resources of a way, from its first step. */
function stepsOf(app: App, { edges }: Path): Resource[] {
  return edges.flatMap(({ to }) => app.model.resource(to) ?? []);
}

/** A service that the policy of a function, queue, topic or bus lets in, unless it calls for a trigger of the app. */
function permissionTrigger(app: App, path: Path, paths: Ways['paths']): Trigger[] {
  const [first] = path.edges;
  const service = path.start.slice('service '.length);
  const statement = first.because;
  if (first.kind === 'assumes' || !('holder' in statement)) {
    return [];
  }
  const listed = paths.some(
    ({ start, edges: [edge] }) => edge.to === first.to && callsAs(app.model.resource(start)?.type) === service,
  );
  if (listed) {
    return [];
  }
  const from = ['aws:sourcearn', 'aws:sourceaccount'].flatMap((key) =>
    statement.conditions.filter((condition) => condition.key === key).flatMap(({ values }) => values),
  );
  const limits = from.map(({ value, written }) => app.text(written ?? value));
  return [
    {
      name: app.nameOf(statement.holder),
      type: 'invoke permission',
      when: `a call of ${service}${limits.length > 0 ? ` for ${limits.join(' of ')}` : ''}`,
      path: [nodeName(app, first.to), ...wayOf(app, path)].filter((name, index, all) => all.indexOf(name) === index),
      passesIn: passedIn(app, stepsOf(app, path)),
    },
  ];
}

/** The service that calls for a type of trigger. */
function callsAs(type: string | undefined): string | undefined {
  switch (type) {
    case 'AWS::Events::Rule':
      return 'events.amazonaws.com';
    case 'AWS::Scheduler::Schedule':
      return 'scheduler.amazonaws.com';
    case 'AWS::SNS::Topic':
    case 'AWS::SNS::Subscription':
      return 'sns.amazonaws.com';
    case 'AWS::S3::Bucket':
      return 's3.amazonaws.com';
    default:
      return type?.startsWith('AWS::ApiGateway') ? 'apigateway.amazonaws.com' : undefined;
  }
}
