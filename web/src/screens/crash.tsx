import { TriangleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";

interface CrashState {
  readonly message: string | null;
}

/** A defect of ours ends in a sentence and a way out instead of a blank page. */
export class Crash extends Component<{ readonly children: ReactNode }, CrashState> {
  override state: CrashState = { message: null };

  static getDerivedStateFromError(error: unknown): CrashState {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <div className="crash" role="alert">
        <Empty
          icon={TriangleAlert}
          title={say.pages.crash}
          actions={<Button onClick={() => window.location.reload()}>{say.pages.reload}</Button>}
        >
          {say.pages.crashWhy(this.state.message)}
        </Empty>
      </div>
    );
  }
}
