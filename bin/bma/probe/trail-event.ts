/**
 * The members of a CloudTrail event that probes read. Source:
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export interface TrailEvent {
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly eventTime?: string;
  readonly eventCategory?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly vpcEndpointId?: string;
  readonly sourceIPAddress?: string;
  readonly userIdentity?: {
    readonly type?: string;
    readonly arn?: string;
    readonly invokedBy?: string;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: string } };
  };
  readonly requestParameters?: {
    readonly roleArn?: string;
    readonly encryptionContext?: Readonly<Record<string, string>>;
    readonly granteePrincipal?: string;
    readonly operations?: readonly string[];
    readonly keyId?: string;
  } | null;
  readonly resources?: readonly { readonly ARN?: string; readonly type?: string }[];
}

/** The caller: the role of a role session, or the identity in the event. */
export function callerArn({ userIdentity }: TrailEvent): string | undefined {
  return userIdentity?.sessionContext?.sessionIssuer?.arn ?? userIdentity?.arn;
}

/** Event sources, which are also the values of `invokedBy`. */
export const KMS = 'kms.amazonaws.com';
export const MANTLE = 'bedrock-mantle.amazonaws.com';
