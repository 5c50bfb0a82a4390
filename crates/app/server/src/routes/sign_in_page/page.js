// A link's token is behind `#`: sent, and taken out of the address and the history.
// The app may be served below a path.
const root = new URL("./", document.currentScript.src);
const sentence = document.getElementById("sentence");

async function signIn(token) {
  const answer = await fetch(new URL("api/sign-in", root), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (answer.ok) {
    location.replace(root);
    return;
  }
  sentence.textContent = await answer.json();
}

// A page of another site leads here without the cookie, also whoever is signed in.
async function goOn() {
  const answer = await fetch(new URL("api/me", root));
  const me = answer.ok ? await answer.json() : { signedIn: false };
  if (me.signedIn && me.rightsSomewhere.includes("see")) location.replace(root + location.hash);
}

const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) {
  history.replaceState(null, "", location.pathname);
  signIn(token);
} else if (!sentence.textContent) {
  goOn();
}
