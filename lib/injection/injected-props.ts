import { PropertyInjectors } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { checkedProps } from '../validation/checked-inputs';

/**
 * Checked props after the property injectors of the surrounding app, stage or stack, nearest first. With injectors, an
 * organization sets its defaults for every construct of a class. aws-cdk-lib has a decorator for its own constructs and
 * does not export it.
 *
 * Source: docs.aws.amazon.com/cdk/v2/guide/blueprints.html
 */
export function injectedProps<P>(uniqueId: string, scope: Construct, id: string, props: P): P {
  const className = uniqueId.replace(/^.*\./, '');
  return checkedProps(className, scope, id, injected(uniqueId, scope, id, props));
}

function injected<P>(uniqueId: string, scope: Construct, id: string, props: P): P {
  // A scope that is none is refused with the props.
  const ancestors = Construct.isConstruct(scope) ? scope.node.scopes : [];
  for (const ancestor of [...ancestors].reverse()) {
    const injector = PropertyInjectors.hasPropertyInjectors(ancestor)
      ? PropertyInjectors.of(ancestor).for(uniqueId)
      : undefined;
    if (injector) {
      return injector.inject(props, { scope, id }) as P;
    }
  }
  return props;
}
