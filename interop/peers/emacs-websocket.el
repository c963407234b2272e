;; websocket.el: URL=... emacs --batch -l emacs-websocket.el
(require 'websocket)
(let* ((over nil)
       (socket (websocket-open
                (getenv "URL")
                :on-message
                (lambda (socket frame)
                  (let ((payload (websocket-frame-payload frame)))
                    (cond ((equal payload "close") (websocket-close socket))
                          ((eq (websocket-frame-opcode frame) 'text)
                           (websocket-send-text socket (websocket-frame-text frame)))
                          (t (websocket-send socket (make-websocket-frame :opcode (websocket-frame-opcode frame)
                                                                          :payload payload :completep t))))))
                :on-close (lambda (_socket) (setq over t)))))
  (while (not over) (accept-process-output nil 0.1)))
