import { MODEL_CATALOGUE } from '../../../lib/facts/model-catalogue';
import {
  AccessDeniedError,
  ConnectionError,
  ConnectionLostError,
  CredentialsError,
  NotFoundError,
  PreviewNotEnabledError,
  RateLimitedError,
  RequestTimeoutError,
  ServiceError,
  SessionClientError,
} from '../../../runtime/session-client';
import { type Check, type Examined, fail, type Judgement, notKnown, ok, warn } from './check';

const PREREQUISITES = 'docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-prerequisites.html';

/**
 * Checks that the service can be reached, that it is enabled for the account, and that it has the models. Lists
 * sessions and models, and never creates or continues a session.
 */
export const SERVICE_CHECK: Check = {
  group: 'account',
  name: 'service endpoint',
  permissions: ['bedrock-mantle:ListModels', 'bedrock-mantle:ListAgentSessions'],
  async run(examined) {
    const { mantle } = examined.clients;
    const [models, sessions] = await Promise.all([
      outcomeOf(mantle.listModels()),
      outcomeOf(mantle.listPage({ limit: 1 })),
    ]);
    return [
      endpoint(examined, [models, sessions]),
      { ...preview(sessions), check: 'preview access' },
      ...modelJudgements(examined, models),
    ];
  },
};

type Outcome<T> = { readonly value: T } | { readonly error: SessionClientError };

async function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call };
  } catch (error) {
    if (error instanceof SessionClientError) return { error };
    throw error;
  }
}

function endpoint({ clients: { mantle } }: Examined, outcomes: readonly Outcome<unknown>[]): Judgement {
  const { host } = mantle.endpoint;
  const failures = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  const [failure] = failures;
  const isAnswered = failures.length < outcomes.length || failures.some((each) => each instanceof ServiceError);
  if (isAnswered) return ok(`${host} answers`);
  // Agents call it from their own network, so they may reach it even if this machine can't.
  return warn(
    `${host} isn't reachable from this machine (${failure.code ?? failure.name})`,
    'allow HTTPS to it; agents call it through the endpoint of their own network',
  );
}

function preview(sessions: Outcome<unknown>): Judgement {
  if ('value' in sessions) return ok('sessions can be listed; AWS documents no call that reports access');
  const { error } = sessions;
  if (error instanceof PreviewNotEnabledError) {
    return fail('HTTP 401: not available for this account', `ask AWS for access to the preview: ${PREREQUISITES}`);
  }
  if (error instanceof NotFoundError) {
    return notKnown(
      'HTTP 404: AWS documents it both for a wrong Region and for an account without access',
      `check the Region, then ask AWS for access: ${PREREQUISITES}`,
      'not documented',
    );
  }
  return unanswered(error, 'bedrock-mantle:ListAgentSessions');
}

function modelJudgements(
  { models: wanted, region }: Examined,
  models: Outcome<{ readonly data: readonly { readonly id: string }[] }>,
): Judgement[] {
  if ('error' in models) {
    return wanted.map((id) => {
      const judgement = unanswered(models.error, 'bedrock-mantle:ListModels');
      return { ...judgement, check: 'model', value: `${id}: ${judgement.value}` };
    });
  }
  const listed = models.value.data.map(({ id }) => id);
  const known = new Set(MODEL_CATALOGUE.map(({ id }) => id));
  const others = listed.filter((id) => known.has(id)).sort();
  return wanted.map((id) => ({
    ...(listed.includes(id)
      ? ok(`${id} is listed in ${region}`)
      : fail(
          `${id} isn't listed in ${region}. Listed: ${others.join(', ') || 'no model of OpenAI'}`,
          'choose another AgentModel or another Region',
        )),
    check: 'model',
  }));
}

function unanswered(error: SessionClientError, action: string): Judgement {
  if (error instanceof CredentialsError) {
    return notKnown('AWS accepted no credentials', 'sign in, then repeat the command', 'denied');
  }
  if (error instanceof AccessDeniedError) {
    return notKnown(`this credential may not call ${action}`, `allow ${action}, or ask who may call it`, 'denied');
  }
  if (error instanceof RateLimitedError) {
    return notKnown(`the service throttles ${action}`, 'repeat the command in a minute', 'no answer');
  }
  const isCut = [ConnectionError, ConnectionLostError, RequestTimeoutError].some((kind) => error instanceof kind);
  return isCut
    ? notKnown('the service was not reached', 'repeat the command from a network that reaches it', 'no answer')
    : notKnown(
        `${action} was answered with ${error.status === undefined ? error.name : `HTTP ${error.status}`}`,
        'repeat the command; if it stays, ask AWS Support',
        'no answer',
      );
}
