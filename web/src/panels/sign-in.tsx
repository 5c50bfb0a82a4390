import { KeyRound } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { openIdAddress, type Proof } from "../api/account";
import { askWho, enter, useAccount } from "../state/account";
import { say } from "../text/text";
import { Dialog } from "../ui/dialog";
import { Filled } from "../ui/filled";
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
    <Dialog title={say.docks.signInTitle} {...(mustAnswer ? {} : { onClose: () => askWho(false) })}>
      <div className="sign-in">
        <p role="alert" className="sign-in-failure">
          {failure === "" ? parting : failure}
        </p>
        {methods.includes("open-id") && (
          <a className="button wide" href={openIdAddress(new URL(window.location.href))}>
            <KeyRound size={14} aria-hidden="true" />
            {say.docks.withOrganisation}
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
    <ProofForm
      label={say.docks.withPassword}
      isBusy={isBusy}
      onSubmit={() => void onProof({ name, password })}
    >
      <label>
        {say.docks.name}
        <input
          autoComplete="username"
          spellCheck={false}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label>
        {say.docks.password}
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

/** Prints another link, on the machine of the app. */
const COMMAND = "scope sign-in";

function LinkForm({ isBusy, onProof }: FormProps) {
  const [pasted, setPasted] = useState("");
  // The whole link is as good as what stands behind its `#token=`.
  const token = /(?:^|[#&?])token=([^&#\s]+)/.exec(pasted)?.[1] ?? pasted.trim();
  return (
    <ProofForm label={say.docks.withLink} isBusy={isBusy} onSubmit={() => void onProof({ token })}>
      <label>
        {say.docks.linkOrToken}
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
        <Filled text={say.docks.linkHint} parts={{ command: <code className="code">{COMMAND}</code> }} />
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
        {isBusy ? say.docks.signingIn : say.docks.signIn}
      </button>
    </form>
  );
}
