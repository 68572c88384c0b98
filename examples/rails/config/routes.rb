Rails.application.routes.draw do
  root "home#index"

  namespace :api do
    get "hello" => "hello#show"
  end

  # Answers 200 when the app has started without an exception, and 500 otherwise.
  get "up" => "rails/health#show", as: :rails_health_check
end
