import type { Agent } from '../model/agents';
import { literalOf } from '../model/compose-text';
import { printed } from '../model/printed-text';
import type { Network } from '../network/network';
import type { RuleContext } from './rule';
import { placeAt } from './setting';

type Gap = Network['gaps'][number];

/**
 * Notes the parts of a network that can't be read. A VPC, subnets and groups that the assembly names by id are noted
 * once, as the network of this Runtime, and are declared with the VPC or with each id.
 */
export function unreadNetwork(
  { model, declared, unread }: RuleContext,
  { runtime, kind }: Agent,
  { gaps, vpcs }: Network,
): void {
  const inDeclaredVpc = vpcs.length > 0 && vpcs.every(({ text }) => declared.outside(text));
  const open = gaps.filter(
    ({ guard, place, text }) =>
      guard.possible() &&
      !inDeclaredVpc &&
      !declared.outside(text) &&
      !(place.resource && place.resource.id !== runtime.id && declared.part(place.resource)),
  );
  // An unknown resource of the assembly is noted separately.
  const ofResource = ({ place, text }: Gap) => place.resource?.logicalId === literalOf(text);
  for (const { what, place, text } of open.filter(ofResource)) {
    // A resource that a transform writes is reported once, with everything that it is given.
    const part = model.unreadableParts.find(
      ({ origin }) => origin.path === 'Type' && origin.resource === place.resource,
    );
    if (part) {
      unread(runtime.id, place, part);
      continue;
    }
    unread(runtime.id, place, { origin: place, reason: 'unknown reference', hint: `${what} ${printed(text)}` });
  }
  const named = open.filter((gap) => !ofResource(gap) && (literalOf(gap.text) !== undefined || isKnown(gap.text)));
  const ids = new Set(named.map(({ text }) => printed(text)));
  if (named.length > 0) {
    const [{ place }] = named;
    unread(runtime.id, place, {
      origin: placeAt(runtime, kind.subnets[0]),
      reason: 'outside the assembly',
      hint: `${[...new Set(named.map(({ what }) => what))].join(', ')} (${[...ids].join(', ')})`,
    });
  }
  open.forEach(({ place, text }) => unread(runtime.id, place, text));
}

/** Whether a text is readable: it refers to a resource of an unexpected type. */
const isKnown = (text: Gap['text']): boolean =>
  text.every((part) => typeof part === 'string' || part.kind === 'reference');
