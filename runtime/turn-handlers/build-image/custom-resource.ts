/** What CloudFormation sends to the function of a custom resource. */
export interface CustomResourceEvent<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** The address for the response. Contains a signature: never log it. */
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
}

export interface CustomResourceAnswer {
  readonly physicalId: string;
  /** What the template reads with Fn::GetAtt. */
  readonly data: object;
}

/** CloudFormation refuses a response of more than 4 KB. */
const MAX_REASON = 1000;

/**
 * Responds to CloudFormation in every case, because without a response a deployment waits until the resource times out.
 *
 * Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function answerCloudFormation<Properties>(
  event: CustomResourceEvent<Properties>,
  work: () => Promise<CustomResourceAnswer>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = event;
  const answer = await work().then(
    ({ physicalId, data }) => ({ Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: data }),
    (error: Error) => ({
      Status: 'FAILED',
      // A resource that was never created needs an id, too: CloudFormation requests its deletion after a failed
      // creation.
      PhysicalResourceId: PhysicalResourceId ?? `${LogicalResourceId}-not-created`,
      Reason: error.message.slice(0, MAX_REASON),
    }),
  );
  const body = JSON.stringify({ ...answer, StackId, RequestId, LogicalResourceId });
  // The URL is signed for an empty content type.
  const response = await fetch(event.ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body });
  if (!response.ok) throw new Error(`CloudFormation answered ${response.status}`);
}
