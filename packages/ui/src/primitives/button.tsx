import type { ButtonHTMLAttributes } from "react";
import "./button.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` at most once per view; `quiet` has no frame until it is pointed at. */
  variant?: "normal" | "primary" | "quiet";
}

export function Button({ variant = "normal", className, type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={`button button-${variant}${className ? ` ${className}` : ""}`} {...rest} />;
}
