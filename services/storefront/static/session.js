// Who is logged in, in this tab and until it is closed.

const TOKEN = "shop.token";
const USER = "shop.user";
const NAME = "shop.name";

export const token = () => sessionStorage.getItem(TOKEN);
export const userName = () => sessionStorage.getItem(NAME);

export function beginSession({ access_token, user }) {
  // Somebody else's cart and keys are of no use to this one; what a guest has put together is.
  const before = sessionStorage.getItem(USER);
  if (before && before !== user.id) endSession();
  sessionStorage.setItem(TOKEN, access_token);
  sessionStorage.setItem(USER, user.id);
  sessionStorage.setItem(NAME, user.name);
}

/** The token is no good any more. The cart waits for its owner to log in again. */
export function expireSession() {
  sessionStorage.removeItem(TOKEN);
}

export function endSession() {
  sessionStorage.clear();
}
