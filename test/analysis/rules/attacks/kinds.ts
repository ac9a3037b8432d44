import { ACCOUNTS } from './accounts';
import { ACTIONS } from './actions';
import { ANSWERS } from './answers';
import { BESIDE_ORDINARY } from './beside-ordinary';
import { CREDENTIAL_TEXTS } from './credential-texts';
import { CREDENTIALS } from './credentials';
import { DECLARATIONS } from './declarations';
import { DIRECT_CALLS } from './direct-calls';
import { ENTRIES } from './entries';
import { ESCALATION } from './escalation';
import { FILES_OF_CODE } from './files-of-code';
import { GIVEN_TRAIL } from './given-trail';
import { HANDED_OUT } from './handed-out';
import { INDIRECT } from './indirect';
import { LENT_ROLES } from './lent-roles';
import { MOVED_AWAY } from './moved-away';
import { NAMED_PRINCIPALS } from './named-principals';
import { NAMES } from './names';
import { NARROWED_PRINCIPALS } from './narrowed-principals';
import { NARROWED_WAYS } from './narrowed-ways';
import { NESTED_APPLICATIONS } from './nested-applications';
import { NEWER_FORMS } from './newer-forms';
import { NEWER_SERVICES } from './newer-services';
import { OUTSIDE_HOSTS } from './outside-hosts';
import { OPENED_BALANCERS } from './opened-balancers';
import { OPENINGS } from './openings';
import { OWN_SERVICES } from './own-services';
import { PASSED_ROLES } from './passed-roles';
import { PATHS } from './paths';
import { RECORDS } from './records';
import { SCREENED_TEXTS } from './screened-texts';
import { SIGN_INS } from './sign-ins';
import { AROUND_THE_AGENT, SERVICE_EVENTS, STORES_OF_CODE } from './stores-of-code';
import { UNREADABLE } from './unreadable';
import { UNWRITTEN_LOGS } from './unwritten-logs';
import { VERDICTS } from './verdicts';
import { WORKFLOWS } from './workflows';
import { WRITTEN_CALLS } from './written-calls';
import { FROM_OUTSIDE } from './from-outside/every';
import type { Pair } from './pair';

const OWN: readonly (readonly [string, readonly Pair[]])[] = [
  ['a policy that reaches a role by another name', [...NAMES, ...NAMED_PRINCIPALS]],
  [
    'a way to something stronger',
    [...ESCALATION, ...STORES_OF_CODE, ...SERVICE_EVENTS, ...AROUND_THE_AGENT, ...FILES_OF_CODE],
  ],
  ['a way that a prefix or a condition narrows', NARROWED_WAYS],
  ['a role that is passed on', PASSED_ROLES],
  ['something beside the agent', [...INDIRECT, ...BESIDE_ORDINARY]],
  ['an action outside of the list', ACTIONS],
  ["a part that can't be read", [...UNREADABLE, ...NESTED_APPLICATIONS]],
  ['a newer type, property or form', [...NEWER_FORMS, ...NEWER_SERVICES]],
  ['a way out of the network', [...PATHS, ...OUTSIDE_HOSTS]],
  ['another account', [...ACCOUNTS, ...HANDED_OUT, ...MOVED_AWAY, ...LENT_ROLES]],
  ['a service that acts for somebody else', OWN_SERVICES],
  ['everybody, under a condition', NARROWED_PRINCIPALS],
  ['a declaration of something else', DECLARATIONS],
  ['an entry', ENTRIES],
  ['an entry that something beside it opens', [...OPENINGS, ...SIGN_INS, ...OPENED_BALANCERS]],
  ['a workflow without screening', [...WORKFLOWS, ...VERDICTS, ...SCREENED_TEXTS, ...DIRECT_CALLS]],
  ['an answer that leaves before it is screened', ANSWERS],
  ['a credential', [...CREDENTIALS, ...CREDENTIAL_TEXTS]],
  ['a record that is not complete', [...RECORDS, ...UNWRITTEN_LOGS]],
  ['a call that the template makes', [...WRITTEN_CALLS, ...GIVEN_TRAIL]],
];

/** Attacks and their benign twins, by kind. */
export const KINDS: readonly (readonly [string, readonly Pair[]])[] = [...OWN, ...FROM_OUTSIDE];

const every = (step: number, kinds: typeof KINDS): typeof KINDS =>
  kinds.map(([kind, pairs]) => [kind, pairs.filter((_, at) => at % step === 0)]);

/** Some of each kind; `npm run test:soak` runs all of them. */
export const REPRESENTATIVE: typeof KINDS = [...every(6, OWN), ...every(50, FROM_OUTSIDE)];
