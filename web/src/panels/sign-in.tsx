import { KeyRound } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { openIdAddress, type Proof } from "../api/account";
import { askWho, enter, useAccount } from "../state/account";
import { Dialog } from "../ui/dialog";
import "./sign-in.css";

/** Asks who one is, over the page as it stands; where the map may be seen anyway it can be left. */
export function SignIn() {
  const me = useAccount((state) => state.me);
  const methods = me?.methods ?? [];
  const { mustAnswer, parting } = useAccount();
  const [failure, setFailure] = useState("");
  const [isBusy, setBusy] = useState(false);
  const tryWith = async (proof: Proof) => {
    setBusy(true);
    setFailure((await enter(proof)) ?? "");
    setBusy(false);
  };
  return (
    <Dialog title="Sign in to Scope" {...(mustAnswer ? {} : { onClose: () => askWho(false) })}>
      <div className="sign-in">
        <p role="alert" className="sign-in-failure">
          {failure === "" ? parting : failure}
        </p>
        {methods.includes("open-id") && (
          <a className="button wide" href={openIdAddress(new URL(window.location.href))}>
            <KeyRound size={14} aria-hidden="true" />
            Sign in with your organisation
          </a>
        )}
        {methods.includes("password") && <PasswordForm isBusy={isBusy} onProof={tryWith} />}
        {methods.includes("link") && <LinkForm isBusy={isBusy} onProof={tryWith} />}
      </div>
    </Dialog>
  );
}

interface FormProps {
  readonly isBusy: boolean;
  readonly onProof: (proof: Proof) => Promise<void>;
}

function PasswordForm({ isBusy, onProof }: FormProps) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <ProofForm label="With a password" isBusy={isBusy} onSubmit={() => void onProof({ name, password })}>
      <label>
        Name
        <input
          autoComplete="username"
          spellCheck={false}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label>
        Password
        <input
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
    </ProofForm>
  );
}

function LinkForm({ isBusy, onProof }: FormProps) {
  const [pasted, setPasted] = useState("");
  // The whole link is as good as what stands behind its `#token=`.
  const token = /(?:^|[#&?])token=([^&#\s]+)/.exec(pasted)?.[1] ?? pasted.trim();
  return (
    <ProofForm label="With a sign-in link" isBusy={isBusy} onSubmit={() => void onProof({ token })}>
      <label>
        Link or token
        <input
          type="password"
          autoComplete="one-time-code"
          spellCheck={false}
          required
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
      </label>
      <p className="muted">
        The app printed a link when it started. On its machine, <code className="code">scope sign-in</code>{" "}
        prints a new one.
      </p>
    </ProofForm>
  );
}

interface ProofFormProps {
  readonly label: string;
  readonly isBusy: boolean;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

function ProofForm({ label, isBusy, onSubmit, children }: ProofFormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onSubmit();
  };
  return (
    <form aria-label={label} onSubmit={submit}>
      {children}
      <button type="submit" className="button primary wide" aria-disabled={isBusy}>
        {isBusy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}
