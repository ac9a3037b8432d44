import { GetEventSelectorsCommand, GetTrailCommand, GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail';
import { type AccountReader, property, values } from './comparison';

/** Trails: selected events, destination, and whether they are recording. */
export const TRAIL_READER: AccountReader = {
  types: ['AWS::CloudTrail::Trail'],
  permissions: ['cloudtrail:GetTrail', 'cloudtrail:GetTrailStatus', 'cloudtrail:GetEventSelectors'],
  async read(trail, { clients: { cloudTrail }, physicalId }) {
    const Name = physicalId(trail)!;
    const { Trail: found } = await cloudTrail.send(new GetTrailCommand({ Name }));
    const { IsLogging } = await cloudTrail.send(new GetTrailStatusCommand({ Name }));
    const selectors = await cloudTrail.send(new GetEventSelectorsCommand({ TrailName: Name }));
    return [
      values(trail, 'recording', property(trail, 'IsLogging'), IsLogging),
      values(
        trail,
        'event selectors',
        property(trail, 'AdvancedEventSelectors') ?? property(trail, 'EventSelectors'),
        selectors.AdvancedEventSelectors ?? selectors.EventSelectors,
      ),
      values(
        trail,
        'trail',
        {
          S3BucketName: property(trail, 'S3BucketName'),
          KmsKeyId: property(trail, 'KMSKeyId'),
          LogFileValidationEnabled: property(trail, 'EnableLogFileValidation') ?? false,
          IsMultiRegionTrail: property(trail, 'IsMultiRegionTrail') ?? false,
          IncludeGlobalServiceEvents: property(trail, 'IncludeGlobalServiceEvents') ?? false,
          CloudWatchLogsLogGroupArn: property(trail, 'CloudWatchLogsLogGroupArn'),
        },
        found && {
          S3BucketName: found.S3BucketName,
          KmsKeyId: found.KmsKeyId,
          LogFileValidationEnabled: found.LogFileValidationEnabled ?? false,
          IsMultiRegionTrail: found.IsMultiRegionTrail ?? false,
          IncludeGlobalServiceEvents: found.IncludeGlobalServiceEvents ?? false,
          CloudWatchLogsLogGroupArn: found.CloudWatchLogsLogGroupArn,
        },
      ),
    ];
  },
};
