import { Token } from 'aws-cdk-lib/core';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { requireInput, requirePattern } from '../validation/input-error';
import { requireLength } from './length';
import { checkInputsOf } from '../validation/checked-inputs';

/** A pattern of your own. */
export interface GuardrailRegexOptions {
  /** Name of the pattern, 1 to 100 characters, unique in the guardrail. The assessment of a call shows it. */
  readonly name: string;
  /**
   * Regular expression, 1 to 500 characters, without lookaround (AWS supports none). AWS doesn't document the engine:
   * use constructs that every engine supports, and no flags.
   */
  readonly pattern: string;
  /**
   * Description of the pattern, 1 to 1000 characters.
   *
   * @default - none
   */
  readonly description?: string;
}

/**
 * A kind of sensitive information that a guardrail can find: one of AWS's entities, which a model recognizes by their
 * context, or a regular expression.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html
 */
export class GuardrailEntity {
  static {
    checkInputsOf(this, 'GuardrailEntity');
  }

  /** A physical address. */
  public static readonly ADDRESS = new GuardrailEntity('ADDRESS');
  /** The age of a person. */
  public static readonly AGE = new GuardrailEntity('AGE');
  /** An AWS access key id. */
  public static readonly AWS_ACCESS_KEY = new GuardrailEntity('AWS_ACCESS_KEY');
  /** An AWS secret access key. */
  public static readonly AWS_SECRET_KEY = new GuardrailEntity('AWS_SECRET_KEY');
  /** A Canadian Health Service Number. */
  public static readonly CA_HEALTH_NUMBER = new GuardrailEntity('CA_HEALTH_NUMBER');
  /** A Canadian Social Insurance Number. */
  public static readonly CA_SOCIAL_INSURANCE_NUMBER = new GuardrailEntity('CA_SOCIAL_INSURANCE_NUMBER');
  /** The verification code of a payment card. */
  public static readonly CREDIT_DEBIT_CARD_CVV = new GuardrailEntity('CREDIT_DEBIT_CARD_CVV');
  /** The expiration date of a payment card. */
  public static readonly CREDIT_DEBIT_CARD_EXPIRY = new GuardrailEntity('CREDIT_DEBIT_CARD_EXPIRY');
  /** The number of a payment card. AWS also recognizes its last four digits alone. */
  public static readonly CREDIT_DEBIT_CARD_NUMBER = new GuardrailEntity('CREDIT_DEBIT_CARD_NUMBER');
  /** The number of a driver's licence. */
  public static readonly DRIVER_ID = new GuardrailEntity('DRIVER_ID');
  /** An e-mail address. */
  public static readonly EMAIL = new GuardrailEntity('EMAIL');
  /** An IBAN. */
  public static readonly INTERNATIONAL_BANK_ACCOUNT_NUMBER = new GuardrailEntity('INTERNATIONAL_BANK_ACCOUNT_NUMBER');
  /** An IPv4 address. */
  public static readonly IP_ADDRESS = new GuardrailEntity('IP_ADDRESS');
  /** The licence plate of a vehicle. */
  public static readonly LICENSE_PLATE = new GuardrailEntity('LICENSE_PLATE');
  /** A MAC address. */
  public static readonly MAC_ADDRESS = new GuardrailEntity('MAC_ADDRESS');
  /** The name of a person. */
  public static readonly NAME = new GuardrailEntity('NAME');
  /** A password. */
  public static readonly PASSWORD = new GuardrailEntity('PASSWORD');
  /** A phone, fax or pager number. */
  public static readonly PHONE = new GuardrailEntity('PHONE');
  /** A personal identification number of 4 or 5 digits. */
  public static readonly PIN = new GuardrailEntity('PIN');
  /** A SWIFT (BIC) code. */
  public static readonly SWIFT_CODE = new GuardrailEntity('SWIFT_CODE');
  /** A UK National Health Service Number. */
  public static readonly UK_NATIONAL_HEALTH_SERVICE_NUMBER = new GuardrailEntity('UK_NATIONAL_HEALTH_SERVICE_NUMBER');
  /** A UK National Insurance Number. */
  public static readonly UK_NATIONAL_INSURANCE_NUMBER = new GuardrailEntity('UK_NATIONAL_INSURANCE_NUMBER');
  /** A UK Unique Taxpayer Reference. */
  public static readonly UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER = new GuardrailEntity(
    'UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER',
  );
  /** A web address. */
  public static readonly URL = new GuardrailEntity('URL');
  /** A user name, login or handle. */
  public static readonly USERNAME = new GuardrailEntity('USERNAME');
  /** A US bank account number. */
  public static readonly US_BANK_ACCOUNT_NUMBER = new GuardrailEntity('US_BANK_ACCOUNT_NUMBER');
  /** A US bank routing number. */
  public static readonly US_BANK_ROUTING_NUMBER = new GuardrailEntity('US_BANK_ROUTING_NUMBER');
  /** A US Individual Taxpayer Identification Number. */
  public static readonly US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER = new GuardrailEntity(
    'US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER',
  );
  /** A US passport number. */
  public static readonly US_PASSPORT_NUMBER = new GuardrailEntity('US_PASSPORT_NUMBER');
  /** A US Social Security Number. */
  public static readonly US_SOCIAL_SECURITY_NUMBER = new GuardrailEntity('US_SOCIAL_SECURITY_NUMBER');
  /** A Vehicle Identification Number. */
  public static readonly VEHICLE_IDENTIFICATION_NUMBER = new GuardrailEntity('VEHICLE_IDENTIFICATION_NUMBER');

  /**
   * An entity that AWS added after this version of the library.
   *
   * @param entityType name of the entity in the service, for example `PASSPORT_NUMBER`
   * @throws InputError when the name is not in capitals.
   */
  public static of(entityType: string): GuardrailEntity {
    requirePattern(
      'GuardrailEntity.of',
      'entityType',
      entityType,
      /^[A-Z][A-Z0-9_]*$/,
      'capitals, digits and underscores',
      'write the type as the service does, or use GuardrailEntity.regex',
    );
    return new GuardrailEntity(entityType);
  }

  /**
   * A pattern of your own. At most 10 in a guardrail.
   *
   * @throws InputError when a limit is exceeded, the pattern is not a regular expression, or it uses lookaround.
   */
  public static regex(props: GuardrailRegexOptions): GuardrailEntity {
    const where = `GuardrailEntity.regex '${props.name}'`;
    requireLength(where, 'name', props.name, GUARDRAIL_LIMITS.regexNameLength);
    if (props.description !== undefined) {
      requireLength(where, 'description', props.description, GUARDRAIL_LIMITS.regexDescriptionLength);
    }
    requireLength(where, 'pattern', props.pattern, GUARDRAIL_LIMITS.regexPatternLength);
    requireRegex(where, 'pattern', props.pattern);
    return new GuardrailEntity(props.name, props);
  }

  private constructor(
    /** Type of the entity, or name of the pattern. */
    public readonly entityName: string,
    /** @internal */
    public readonly _regex?: GuardrailRegexOptions,
  ) {}
}

/**
 * Flags in front of a pattern: JavaScript has none, other engines do, and AWS doesn't document whether Bedrock supports
 * them.
 */
const LEADING_FLAGS = /^\(\?[a-zA-Z]+\)/;

/**
 * Refuses invalid regular expressions, and lookaround, which AWS documents as unsupported.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html ("does not support a regex
 * lookaround match"). The engine is not documented; JavaScript's engine without flags accepts the common constructs.
 */
function requireRegex(where: string, input: string, pattern: string): void {
  if (Token.isUnresolved(pattern)) {
    return;
  }
  requireInput(!hasLookaround(pattern), where, {
    input,
    value: pattern,
    allowed: 'a regular expression without lookahead and lookbehind',
    fix: 'match the surroundings too, or anchor with \\b',
  });
  const problem = compileProblem(pattern.replace(LEADING_FLAGS, ''));
  requireInput(problem === undefined, where, {
    input,
    value: pattern,
    allowed: `a regular expression; this one is not: ${problem}`,
    fix: 'correct it, with constructs that every engine has',
  });
}

function hasLookaround(pattern: string): boolean {
  const bare = pattern.replace(/\\[\s\S]/g, '').replace(/\[[^\]]*\]/g, '');
  return /\(\?<?[=!]/.test(bare);
}

function compileProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
