/**
 * Whether an application of the AWS Serverless Application Repository is one of AWS that rotates the secrets of databases.
 * Each has one function in the subnets that it is given and a role for the secret, and changes nothing else.
 * Source: docs.aws.amazon.com/secretsmanager/latest/userguide/reference_available-rotation-templates.html; the accounts
 * are in aws-cdk-lib 2.276.0, aws-secretsmanager/lib/secret-rotation.ts
 */
export function rotatesSecrets(applicationId: string | undefined): boolean {
  return (
    applicationId !== undefined &&
    /^arn:aws(?:-cn|-us-gov)?:serverlessrepo:[\w-]+:(?:297356227824|193023089310|023102451235):applications\/SecretsManager\w+Rotation(?:Single|Multi)User$/.test(
      applicationId,
    )
  );
}
