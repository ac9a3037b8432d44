/**
 * The code of `bma doctor`. Loaded when it runs or prints its help, because other commands don't need these AWS
 * clients.
 */
export { ownRegion } from '../verify/clients';
export { doctorText } from './doctor-text';
export { DOCTOR_PERMISSIONS, examine } from './examine';
