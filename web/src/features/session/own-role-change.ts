import type { Role } from './role';

const chosen = new Map<string, Role>();

/** changeOwnRole does what gives the user another role in an organisation at the user's own wish, so that nobody is told of it as news. */
export async function changeOwnRole<T>(organisationId: string, role: Role, work: () => Promise<T>): Promise<T> {
  chosen.set(organisationId, role);
  try {
    return await work();
  } catch (error) {
    chosen.delete(organisationId);
    throw error;
  }
}

/** isOwnChoice tells whether the user has chosen the role that they have now. */
export function isOwnChoice(organisationId: string, role: Role): boolean {
  return chosen.get(organisationId) === role;
}

/** forgetOwnChoice is for when the choice has arrived in the page: the next change is somebody else's. */
export function forgetOwnChoice(organisationId: string): void {
  chosen.delete(organisationId);
}
