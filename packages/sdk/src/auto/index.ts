import { turnOn } from "./auto.ts";

turnOn();
