import { listOf, objectOf, type Item, type Source } from './source';
import type { Trigger } from './statement';
import { passedIn } from './trigger-input';

/**
 * The rules into a step whose events the app's own principals can put on a bus, each with the ARN of its bus. Sources that
 * begin with `aws.` are left out: EventBridge refuses them from customers
 * (docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html).
 */
export function customEventRules(item: Item, source: Source): [Item, string][] {
  return source
    .items('AWS::Events::Rule')
    .filter(({ properties }) =>
      listOf(properties.Targets).some((target) => source.target(objectOf(target).Arn)?.key === item.key),
    )
    .filter(({ properties: { EventPattern } }) => {
      const sources = listOf(objectOf(EventPattern).source);
      return (
        EventPattern !== undefined && !(sources.length && sources.every((name) => String(name).startsWith('aws.')))
      );
    })
    .map((rule) => {
      const { EventBusName } = rule.properties;
      const bus = source.target(EventBusName);
      const name = source.text(EventBusName) || 'default';
      const account = rule.account || '${AWS::AccountId}';
      const literal = name.startsWith('arn:') ? name : `arn:aws:events:${rule.region}:${account}:event-bus/${name}`;
      return [rule, bus ? `\${${bus.name}}` : literal];
    });
}

/** The triggers that start the first step of a way to the agent. */
export function triggersInto(way: readonly Item[], source: Source): Trigger[] {
  const [item] = way;
  const path = way.map(({ name }) => name);
  const hits = (value: unknown) => source.target(value)?.key === item.key;
  const found: Trigger[] = [];
  for (const rule of source.items('AWS::Events::Rule')) {
    const { Targets, EventPattern, ScheduleExpression, State } = rule.properties;
    for (const target of listOf(Targets)
      .map(objectOf)
      .filter(({ Arn }) => hits(Arn))) {
      found.push({
        name: rule.name,
        type: 'EventBridge rule',
        when: `${source.text(EventPattern ?? ScheduleExpression)}${State === 'DISABLED' ? ' (disabled)' : ''}`,
        path,
        passesIn: passedIn(target, way, source),
        deadLetterQueue: objectOf(target.DeadLetterConfig).Arn !== undefined,
      });
    }
  }
  for (const schedule of source.items('AWS::Scheduler::Schedule')) {
    const target = objectOf(schedule.properties.Target);
    if (hits(target.Arn)) {
      const { ScheduleExpression, ScheduleExpressionTimezone, State } = schedule.properties;
      const zone = ScheduleExpressionTimezone === undefined ? '' : ` ${source.text(ScheduleExpressionTimezone)}`;
      found.push({
        name: schedule.name,
        type: 'schedule',
        when: `${source.text(ScheduleExpression)}${zone}${State === 'DISABLED' ? ' (disabled)' : ''}`,
        path,
        // A schedule has no event of its own: what it sends is in the template.
        passesIn: passedIn({ Input: '' }, way, source),
        deadLetterQueue: objectOf(target.DeadLetterConfig).Arn !== undefined,
      });
    }
  }
  for (const url of source.items('AWS::Lambda::Url').filter(({ properties }) => hits(properties.TargetFunctionArn))) {
    const open = url.properties.AuthType === 'NONE';
    found.push({
      name: url.name,
      type: 'function URL',
      when: open
        ? 'an HTTPS request of anybody; what the function verifies is not in the templates'
        : 'an HTTPS request signed with IAM credentials',
      path,
      passesIn: passedIn({}, way, source),
    });
  }
  for (const type of ['AWS::ApiGateway::Method', 'AWS::ApiGatewayV2::Integration']) {
    for (const api of source.items(type)) {
      const uri = objectOf(api.properties.Integration).Uri ?? api.properties.IntegrationUri;
      if (uri !== undefined && source.mentioned(uri).some(({ key }) => key === item.key)) {
        const { HttpMethod, AuthorizationType } = api.properties;
        const authorized = AuthorizationType === undefined ? '' : `, authorization ${source.text(AuthorizationType)}`;
        found.push({
          name: api.name,
          type: 'API',
          when: `a request ${source.text(HttpMethod ?? 'of a route')}${authorized}`,
          path,
          passesIn: passedIn({}, way, source),
        });
      }
    }
  }
  for (const permission of source
    .items('AWS::Lambda::Permission')
    .filter(({ properties }) => hits(properties.FunctionName))) {
    const { Principal, SourceArn, SourceAccount } = permission.properties;
    const principal = source.text(Principal);
    // Rules, APIs and URLs are listed themselves.
    if (!['events.amazonaws.com', 'scheduler.amazonaws.com', 'apigateway.amazonaws.com', '*'].includes(principal)) {
      const from = [SourceArn, SourceAccount].filter((part) => part !== undefined).map((part) => source.text(part));
      found.push({
        name: permission.name,
        type: 'invoke permission',
        when: `a call of ${principal}${from.length ? ` for ${from.join(' of ')}` : ''}`,
        path,
        passesIn: passedIn({}, way, source),
      });
    }
  }
  return found;
}
